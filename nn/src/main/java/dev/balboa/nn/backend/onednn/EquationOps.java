package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Blas;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.Lu;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.nn.backend.LinalgException;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LinalgOp;
import dev.balboa.nn.op.LuSolve;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.TriangularSolve;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Systems of equations and determinants: LU factors and triangular solves in F64, on all threads.
 * F32 is converted on the way in and out. Solutions take the place of right sides.
 */
final class EquationOps {
  private final PlanBuilder b;
  private final String op;
  private final DType type;
  private final Factors factors;

  /** What is kept of a batch of matrices [n, n]: L and U, row exchanges, and zero pivots. */
  private record Factors(int matrices, int n) {
    static Factors of(TensorSpec a) {
      Shape shape = a.shape();
      long matrices = shape.slice(0, shape.rank() - 2).size();
      return new Factors(Math.toIntExact(matrices), Math.toIntExact(shape.dim(-1)));
    }

    int ld() {
      return Lu.rowStride(n);
    }

    private long bytes() {
      return (long) matrices * n * ld() * Double.BYTES;
    }

    /** Of all that is kept. */
    MemoryDesc md() {
      long wholes = (long) matrices * (n + 1L) * Integer.BYTES;
      long numbers = (bytes() + wholes) / Double.BYTES + 1;
      return Mds.contiguous(new TensorSpec(Shape.of(numbers), DType.F64));
    }

    MemorySegment values(MemorySegment s) {
      return s.asSlice(0, bytes());
    }

    MemorySegment pivots(MemorySegment s) {
      return s.asSlice(bytes(), (long) matrices * n * Integer.BYTES);
    }

    MemorySegment zeros(MemorySegment s) {
      return s.asSlice(bytes() + (long) matrices * n * Integer.BYTES);
    }

    int zero(MemorySegment s, int matrix) {
      return zeros(s).getAtIndex(ValueLayout.JAVA_INT, matrix);
    }

    double diagonal(MemorySegment s, int matrix, long i) {
      return s.getAtIndex(ValueLayout.JAVA_DOUBLE, ((long) matrix * n + i) * ld() + i);
    }

    /** 1 for an even number of row exchanges, -1 for an odd one. */
    double sign(MemorySegment s, int matrix) {
      double sign = 1;
      for (int i = 0; i < n; i++) {
        int row = pivots(s).getAtIndex(ValueLayout.JAVA_INT, (long) matrix * n + i);
        sign = row == i ? sign : -sign;
      }
      return sign;
    }
  }

  private EquationOps(PlanBuilder b, LinalgOp op) {
    this.b = b;
    this.op = op.name();
    this.type = b.spec(0).dtype();
    this.factors = Factors.of(b.spec(0));
  }

  static void solve(PlanBuilder b, LinalgOp op) {
    EquationOps o = new EquationOps(b, op);
    Operand kept = o.factor(1);
    o.solve(kept, false);
  }

  static void solveAgain(PlanBuilder b, LuSolve op) {
    EquationOps o = new EquationOps(b, op);
    MemoryDesc md = o.factors.md();
    if (!(b.layout(2) instanceof WorkspaceLayout kept) || kept.byteSize() != md.byteSize()) {
      throw new IllegalArgumentException(
          op.name()
              + ": expected the workspace of a native solve or determinant of "
              + b.spec(0)
              + ", got "
              + b.layout(2));
    }
    o.solve(new Operand(Operand.Place.INPUT, 2, md), op.transposed());
  }

  /** Factors the first input into the workspace that is this output. */
  private Operand factor(int output) {
    MemoryDesc none = MemoryDesc.none();
    Operand kept = b.workspace(output, new WorkspaceLayout(factors.md(), none, none));
    LinalgOps.widen(b, op, 0, kept, factors.ld());
    Factors f = factors;
    b.call(
        s -> Lu.factor(f.matrices, f.n, f.values(s[0]), f.ld(), f.pivots(s[0]), f.zeros(s[0])),
        kept);
    return kept;
  }

  private void requireNoZero(MemorySegment kept) {
    for (int i = 0; i < factors.matrices; i++) {
      int zero = factors.zero(kept, i);
      if (zero >= 0) {
        throw LinalgException.singular(op, i, zero);
      }
    }
  }

  private void solve(Operand kept, boolean transposed) {
    Factors f = factors;
    Operand x = rightSides();
    int columns = Math.toIntExact(b.spec(1).shape().dim(-1));
    b.call(
        s -> {
          requireNoZero(s[0]);
          Lu.solve(
              transposed, f.matrices, f.n, columns, f.values(s[0]), f.ld(), f.pivots(s[0]), s[1]);
        },
        kept,
        x);
    store(x);
  }

  /** The second input where the solution will be, in F64. */
  private Operand rightSides() {
    Operand x = type == DType.F64 ? b.denseOutput(0) : LinalgOps.wide(b, b.outputSpec(0));
    LinalgOps.widen(b, op, 1, x, b.spec(1).shape().dim(-1));
    return x;
  }

  private void store(Operand x) {
    if (type == DType.F32) {
      long n = b.outputSpec(0).shape().size();
      b.call(
          s -> Kernels.cast(n, KernelKinds.Type.F64, s[0], KernelKinds.Type.F32, s[1]),
          x,
          b.denseOutput(0));
    }
  }

  // ---- Triangles ----

  static void triangular(PlanBuilder b, TriangularSolve t) {
    EquationOps o = new EquationOps(b, t);
    int ld = o.factors.ld();
    int matrices = o.factors.matrices;
    int n = o.factors.n;
    TensorSpec padded = b.spec(0).withShape(Shape.of((long) matrices * n * ld));
    Operand a = LinalgOps.wide(b, padded);
    LinalgOps.widen(b, t.name(), 0, a, ld);
    Operand x = o.rightSides();
    int columns = Math.toIntExact(b.spec(1).shape().dim(-1));
    long size = (long) n * ld * Double.BYTES;
    long sides = (long) n * columns * Double.BYTES;
    b.call(
        s -> {
          for (int i = 0; i < matrices; i++) {
            for (int k = 0; k < n && !t.unit(); k++) {
              if (o.factors.diagonal(s[0], i, k) == 0) {
                throw LinalgException.singular(t.name(), i, k);
              }
            }
            MemorySegment triangle = s[0].asSlice(i * size, size);
            MemorySegment to = s[1].asSlice(i * sides, sides);
            Blas.dtrsm(
                false,
                t.upper(),
                t.transposed(),
                t.unit(),
                n,
                columns,
                1,
                triangle,
                ld,
                to,
                columns);
          }
        },
        a,
        x);
    o.store(x);
  }

  // ---- Determinants ----

  private void put(MemorySegment x, int i, double value) {
    if (type == DType.F64) {
      x.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
    } else {
      x.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
    }
  }

  static void det(PlanBuilder b, LinalgOp op) {
    EquationOps o = new EquationOps(b, op);
    Factors f = o.factors;
    b.call(
        s -> {
          for (int i = 0; i < f.matrices; i++) {
            double product = f.sign(s[0], i);
            for (int k = 0; k < f.n; k++) {
              product *= f.diagonal(s[0], i, k);
            }
            o.put(s[1], i, product);
          }
        },
        o.factor(1),
        b.denseOutput(0));
  }

  static void slogdet(PlanBuilder b, LinalgOp op) {
    EquationOps o = new EquationOps(b, op);
    Factors f = o.factors;
    b.call(
        s -> {
          for (int i = 0; i < f.matrices; i++) {
            double sign = f.sign(s[0], i);
            double sum = 0;
            for (int k = 0; k < f.n; k++) {
              double pivot = f.diagonal(s[0], i, k);
              sign *= Math.signum(pivot);
              sum += Math.log(Math.abs(pivot));
            }
            o.put(s[1], i, sign);
            o.put(s[2], i, sum);
          }
        },
        o.factor(2),
        b.denseOutput(0),
        b.denseOutput(1));
  }
}
