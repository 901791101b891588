package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Arg;
import dev.balboa.bindings.Blas;
import dev.balboa.bindings.DataType;
import dev.balboa.bindings.MatMul;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.nn.op.DType;

/**
 * ScratchProducts of matrices in scratch memory inside of a plan: oneDNN's in F32, which is faster
 * on tall transposed operands, OpenBLAS in F64, which oneDNN lacks.
 */
final class ScratchProducts {
  private final PlanBuilder b;
  private final DType dtype;

  ScratchProducts(PlanBuilder b, DType dtype) {
    this.b = b;
    this.dtype = dtype;
  }

  /**
   * A matrix whose rows lie {@code ld} elements apart, {@code offset} elements after the start of
   * the operand.
   */
  record Matrix(
      Operand operand, long offset, long rows, long columns, long ld, boolean isTransposed) {
    static Matrix of(Operand operand, long rows, long columns, long ld) {
      return new Matrix(operand, 0, rows, columns, ld, false);
    }

    Matrix columns(long from, long count) {
      return new Matrix(operand, offset + from, rows, count, ld, isTransposed);
    }

    /** The transpose, of the same memory. */
    Matrix transposed() {
      return new Matrix(operand, offset, columns, rows, ld, !isTransposed);
    }
  }

  /** Rows of {@code out} from {@code row} on = a b. */
  void multiply(Matrix a, Matrix w, Operand out, long row) {
    long m = a.rows();
    long n = w.columns();
    long k = a.columns();
    if (m == 0 || n == 0) {
      return;
    }
    long bytes = dtype.bytes();
    if (k == 0) {
      b.call(s -> s[0].asSlice(row * n * bytes, m * n * bytes).fill((byte) 0), out);
    } else if (dtype == DType.F64) {
      b.call(
          s ->
              Blas.dgemm(
                  a.isTransposed(),
                  w.isTransposed(),
                  Math.toIntExact(m),
                  Math.toIntExact(n),
                  Math.toIntExact(k),
                  1,
                  s[0].asSlice(a.offset() * bytes),
                  Math.toIntExact(a.ld()),
                  s[1].asSlice(w.offset() * bytes),
                  Math.toIntExact(w.ld()),
                  0,
                  s[2].asSlice(row * n * bytes, m * n * bytes),
                  Math.toIntExact(n)),
          a.operand(),
          w.operand(),
          out);
    } else {
      primitive(a, w, out, row, m, n);
    }
  }

  private void primitive(Matrix a, Matrix w, Operand out, long row, long m, long n) {
    MemoryDesc result = MemoryDesc.contiguous(DataType.F32, m, n);
    Operand to = row == 0 ? new Operand(out.place(), out.index(), result) : b.scratch(result);
    Operand left = part(a);
    Operand right = part(w);
    b.primitive(
        () ->
            MatMul.create(
                left.md(), right.md(), MemoryDesc.none(), result, PrimitiveAttr.defaults()),
        new int[] {Arg.SRC, Arg.WEIGHTS, Arg.DST},
        left,
        right,
        to);
    if (row != 0) {
      long bytes = m * n * Float.BYTES;
      b.call(
          s -> s[1].asSlice(row * n * Float.BYTES, bytes).copyFrom(s[0].asSlice(0, bytes)),
          to,
          out);
    }
  }

  private static Operand part(Matrix m) {
    MemoryDesc md =
        MemoryDesc.strided(
            DataType.F32,
            new long[] {m.rows(), m.columns()},
            m.isTransposed() ? new long[] {1, m.ld()} : new long[] {m.ld(), 1});
    Operand o = m.operand();
    if (m.offset() != 0 && o.place() != Operand.Place.SCRATCH) {
      throw new IllegalStateException("products: only scratch memory has parts");
    }
    return new Operand(o.place(), o.index() + m.offset() * Float.BYTES, md);
  }
}
