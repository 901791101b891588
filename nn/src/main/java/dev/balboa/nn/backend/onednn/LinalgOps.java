package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.Lapack;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.backend.LinalgException;
import dev.balboa.nn.op.Cholesky;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Det;
import dev.balboa.nn.op.Eigh;
import dev.balboa.nn.op.LeastSquares;
import dev.balboa.nn.op.LinalgOp;
import dev.balboa.nn.op.LuSolve;
import dev.balboa.nn.op.Qr;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.SingularValues;
import dev.balboa.nn.op.Slogdet;
import dev.balboa.nn.op.Solve;
import dev.balboa.nn.op.Svd;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.TriangularSolve;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Decompositions through LAPACK, in F64 and one matrix after the other on the calling thread; F32
 * is converted on the way in and out. Inputs are copied, since LAPACK works in place.
 */
final class LinalgOps {
  private LinalgOps() {}

  /** Works on matrix {@code i}: inputs may be overwritten. */
  @FunctionalInterface
  private interface OnMatrix {
    void run(
        int i, MemorySegment[] in, MemorySegment[] out, MemorySegment work, MemorySegment wholes);
  }

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, LinalgOp op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    Shape a = b.spec(0).shape();
    int m = Math.toIntExact(a.dim(-2));
    int n = Math.toIntExact(a.dim(-1));
    LapackRoutines r = new LapackRoutines(op.name(), m, n);
    int columns = b.inputs() > 1 ? Math.toIntExact(b.spec(1).shape().dim(-1)) : 0;
    int k = Math.min(m, n);
    switch (op) {
      case Cholesky _ ->
          each(b, op.name(), 0, 0, (i, in, out, _, _) -> r.cholesky(i, in[0], out[0]));
      case Qr _ -> {
        QrRoutines f = new QrRoutines(op.name(), m, n);
        each(
            b,
            op.name(),
            f.factorsWork(),
            0,
            true,
            (_, in, out, work, _) -> f.factors(in[0], out[0], out[1], work));
      }
      case LeastSquares _ -> {
        QrRoutines f = new QrRoutines(op.name(), Math.max(m, n), k);
        each(
            b,
            op.name(),
            f.leastSquaresWork(columns),
            0,
            m >= n,
            (i, in, out, work, _) -> f.leastSquares(i, m < n, in[0], in[1], columns, out[0], work));
      }
      case SingularValues _ -> {
        QrRoutines f = new QrRoutines(op.name(), Math.max(m, n), k);
        each(
            b,
            op.name(),
            f.valuesWork(),
            8L * k,
            m >= n,
            (i, in, out, work, wholes) -> f.values(i, in[0], out[0], work, wholes));
      }
      case Svd _ ->
          each(
              b,
              op.name(),
              r.svdWork(),
              8L * k,
              m >= n,
              (i, in, out, work, wholes) -> r.svd(i, in[0], out, work, wholes));
      case Eigh _ ->
          each(
              b,
              op.name(),
              Lapack.eigenWork(n),
              Lapack.eigenWholes(n),
              (i, in, out, work, wholes) -> r.eigh(i, in[0], out[0], out[1], work, wholes));
      case Solve _ -> EquationOps.solve(b, op);
      case LuSolve o -> EquationOps.solveAgain(b, o);
      case TriangularSolve o -> EquationOps.triangular(b, o);
      case Det _ -> EquationOps.det(b, op);
      case Slogdet _ -> EquationOps.slogdet(b, op);
    }
  }

  private static void each(PlanBuilder b, String op, long work, long wholes, OnMatrix kernel) {
    each(b, op, work, wholes, false, kernel);
  }

  /**
   * @param turned whether the kernel gets the first input column-major
   */
  private static void each(
      PlanBuilder b, String op, long work, long wholes, boolean turned, OnMatrix kernel) {
    DType type = b.spec(0).dtype();
    Shape shape = b.spec(0).shape();
    int matrices = Math.toIntExact(shape.slice(0, shape.rank() - 2).size());
    int inputs = b.inputs();
    int outputs = b.outputs();
    List<Operand> all = new ArrayList<>();
    for (int i = 0; i < inputs; i++) {
      all.add(turned && i == 0 ? turned(b, op) : copied(b, op, i));
    }
    List<Operand> narrow = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      Operand out = b.denseOutput(i);
      narrow.add(out);
      all.add(type == DType.F64 ? out : wide(b, b.outputSpec(i)));
    }
    all.add(b.scratch(Mds.contiguous(new TensorSpec(Shape.of(Math.max(1, work)), DType.F64))));
    all.add(b.scratch(Mds.contiguous(new TensorSpec(Shape.of(Math.max(1, wholes)), DType.I32))));
    long[] sizes = new long[inputs + outputs];
    for (int i = 0; i < sizes.length; i++) {
      TensorSpec spec = i < inputs ? b.spec(i) : b.outputSpec(i - inputs);
      sizes[i] = spec.shape().size() / matrices;
    }
    b.call(
        s -> {
          for (int i = 0; i < matrices; i++) {
            MemorySegment[] in = new MemorySegment[inputs];
            MemorySegment[] out = new MemorySegment[outputs];
            for (int j = 0; j < sizes.length; j++) {
              long bytes = sizes[j] * Double.BYTES;
              MemorySegment part = s[j].asSlice(i * bytes, bytes);
              if (j < inputs) {
                in[j] = part;
              } else {
                out[j - inputs] = part;
              }
            }
            kernel.run(i, in, out, s[inputs + outputs], s[inputs + outputs + 1]);
          }
        },
        all.toArray(Operand[]::new));
    for (int i = 0; i < outputs && type == DType.F32; i++) {
      long n = b.outputSpec(i).shape().size();
      b.call(
          s -> Kernels.cast(n, KernelKinds.Type.F64, s[0], KernelKinds.Type.F32, s[1]),
          all.get(inputs + i),
          narrow.get(i));
    }
  }

  static Operand wide(PlanBuilder b, TensorSpec spec) {
    return b.scratch(Mds.contiguous(spec.withDType(DType.F64)));
  }

  /**
   * Copies an input to F64 numbers whose rows lie {@code ld} apart; what is not finite is refused.
   */
  static void widen(PlanBuilder b, String op, int input, Operand to, long ld) {
    Shape shape = b.spec(input).shape();
    long m = shape.dim(-2);
    long n = shape.dim(-1);
    long rows = shape.slice(0, shape.rank() - 2).size() * m;
    KernelKinds.Type from = Kinds.of(b.spec(input).dtype());
    b.call(
        s -> {
          long at = Lapack.widenFinite(from, rows, n, s[0], s[1], ld);
          if (at >= 0) {
            double x = s[1].getAtIndex(ValueLayout.JAVA_DOUBLE, at / n * ld + at % n);
            throw LinalgException.notFinite(op, Math.toIntExact(at / (m * n)), x);
          }
        },
        b.denseInput(input),
        to);
  }

  /** An input in scratch memory, in F64. */
  private static Operand copied(PlanBuilder b, String op, int i) {
    TensorSpec spec = b.spec(i);
    Operand copy = wide(b, spec);
    widen(b, op, i, copy, spec.shape().dim(-1));
    return copy;
  }

  /** The first input's matrices transposed, in F64. */
  private static Operand turned(PlanBuilder b, String op) {
    Shape shape = b.spec(0).shape();
    long m = shape.dim(-2);
    long n = shape.dim(-1);
    StridedSpace space =
        StridedSpace.of(
            new long[] {shape.slice(0, shape.rank() - 2).size(), m, n},
            StridedSpace.Operand.of(0, m * n, n, 1),
            StridedSpace.Operand.of(0, m * n, 1, m));
    Operand columns = wide(b, b.spec(0));
    b.call(s -> Kernels.copyStrided(Double.BYTES, space, s[0], s[1]), copied(b, op, 0), columns);
    return columns;
  }
}
