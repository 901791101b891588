package dev.balboa.nn.tensor;

import dev.balboa.nn.op.Arange;
import dev.balboa.nn.op.Cholesky;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Det;
import dev.balboa.nn.op.Eigh;
import dev.balboa.nn.op.LeastSquares;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Qr;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.SingularValues;
import dev.balboa.nn.op.Slogdet;
import dev.balboa.nn.op.Solve;
import dev.balboa.nn.op.Svd;
import dev.balboa.nn.op.TriangularSolve;
import java.util.List;

/**
 * Linear algebra on the last two axes; leading axes are a batch, and those of two operands
 * broadcast. Names follow {@code torch.linalg}.
 *
 * <p>Everything is computed in double precision, in F32 too: equations and determinants on all
 * threads, other decompositions on the calling thread. An input with a NaN or an infinity, a
 * singular matrix where an inverse is needed and a matrix that is not positive definite where it
 * has to be are a {@link dev.balboa.nn.backend.LinalgException} with the number of the matrix in
 * its batch. Signs that the mathematics leaves open are fixed, as the operations say, so that both
 * backends give the same factors.
 */
public final class Linalg {
  private Linalg() {}

  private static IllegalArgumentException fail(String function, String expected, Object got) {
    return new IllegalArgumentException(function + ": expected " + expected + ", got " + got);
  }

  private static Shape matrices(String function, Tensor a) {
    if (!a.dtype().isFloating() || a.shape().rank() < 2) {
      throw fail(function, "floating-point matrices [..., m, n]", a.spec());
    }
    return a.shape();
  }

  private static Tensor apply(Op op, Tensor... inputs) {
    return Tensor.apply(op, inputs).get(0);
  }

  // ---- Decompositions ----

  /** {@link Cholesky}: lower triangular L [..., n, n] with L L^T = a. */
  public static Tensor cholesky(Tensor a) {
    return apply(new Cholesky(), a);
  }

  /** {@link Qr}: Q [..., m, k] and R [..., k, n], k = min(m, n), with Q R = a. */
  public static List<Tensor> qr(Tensor a) {
    return Tensor.apply(new Qr(), a);
  }

  /** {@link Svd}: U [..., m, k], s [..., k] and V^T [..., k, n] with U diag(s) V^T = a. */
  public static List<Tensor> svd(Tensor a) {
    return Tensor.apply(new Svd(), a);
  }

  /**
   * {@link SingularValues}: s [..., k] of {@link #svd} alone, which takes less than half as long.
   */
  public static Tensor singularValues(Tensor a) {
    return apply(new SingularValues(), a);
  }

  /** {@link Eigh}: eigenvalues [..., n], ascending, and eigenvectors, in columns [..., n, n]. */
  public static List<Tensor> eigh(Tensor a) {
    return Tensor.apply(new Eigh(), a);
  }

  // ---- Systems of equations ----

  /** A batch of matrices and right-hand sides with the same leading axes. */
  private record Equations(Tensor a, Tensor b, boolean vector) {
    /** {@code b} is [..., n, k], or [..., n] where that has a's leading axes. */
    static Equations of(String function, Tensor a, Tensor b) {
      Shape as = matrices(function, a);
      boolean vector =
          b.shape().rank() == as.rank() - 1 && b.shape().equals(as.slice(0, as.rank() - 1));
      if (!vector && (b.shape().rank() < 2 || b.shape().dim(-2) != as.dim(-2))) {
        throw fail(function, "right-hand sides for " + a.spec(), b.spec());
      }
      if (b.dtype() != a.dtype()) {
        throw fail(function, "right-hand sides of type " + a.dtype(), b.spec());
      }
      Tensor columns = vector ? b.unsqueeze(-1) : b;
      Shape bs = columns.shape();
      Shape batch =
          Shape.broadcast(function, as.slice(0, as.rank() - 2), bs.slice(0, bs.rank() - 2));
      return new Equations(expanded(a, batch), expanded(columns, batch), vector);
    }

    private static Tensor expanded(Tensor x, Shape batch) {
      Shape to = batch.append(x.shape().dim(-2), x.shape().dim(-1));
      return x.shape().equals(to) ? x : x.expand(to.dims());
    }

    Tensor result(Tensor x) {
      return vector ? x.squeeze(-1) : x;
    }
  }

  private static Equations square(String function, Tensor a, Tensor b) {
    Shape shape = matrices(function, a);
    if (shape.dim(-1) != shape.dim(-2)) {
      throw fail(function, "square matrices", a.spec());
    }
    return Equations.of(function, a, b);
  }

  /**
   * x with a x = b ({@link Solve}).
   *
   * @param a [..., n, n]
   * @param b [..., n, k], or vectors [..., n] with a's leading axes
   */
  public static Tensor solve(Tensor a, Tensor b) {
    Equations s = square("solve", a, b);
    return s.result(apply(new Solve(), s.a, s.b));
  }

  /**
   * x with a x = b for a triangular matrix ({@link TriangularSolve}); the other triangle is not
   * read.
   *
   * @param transposed whether to solve with the transpose of a
   * @param unit whether to take the diagonal for ones
   */
  public static Tensor solveTriangular(
      Tensor a, Tensor b, boolean upper, boolean transposed, boolean unit) {
    Equations s = square("solve_triangular", a, b);
    return s.result(apply(new TriangularSolve(upper, transposed, unit), s.a, s.b));
  }

  /** x with L L^T x = b for a factor that {@link #cholesky} made. */
  public static Tensor choleskySolve(Tensor factor, Tensor b) {
    Equations s = square("cholesky_solve", factor, b);
    Tensor y = apply(new TriangularSolve(false, false, false), s.a, s.b);
    return s.result(apply(new TriangularSolve(false, true, false), s.a, y));
  }

  /**
   * x [..., n, k] that makes |a x - b| smallest, by QR ({@link LeastSquares}): a [..., m, n] of
   * full rank. Where m is below n the shortest of all solutions. For a matrix of lower rank use
   * {@link #pinv}.
   */
  public static Tensor lstsq(Tensor a, Tensor b) {
    Equations s = Equations.of("lstsq", a, b);
    return s.result(apply(new LeastSquares(), s.a, s.b));
  }

  /** Inverse of a [..., n, n]; to multiply with it, {@link #solve} is better. */
  public static Tensor inv(Tensor a) {
    Shape shape = matrices("inv", a);
    if (shape.dim(-1) != shape.dim(-2)) {
      throw fail("inv", "square matrices", a.spec());
    }
    Tensor index = apply(new Arange(0, 1, shape.dim(-1), DType.I32));
    Tensor diagonal = index.unsqueeze(1).compare(CompareKind.EQ, index);
    return apply(
        new Solve(), a, diagonal.where(Tensors.fill(a.spec(), 1), Tensors.fill(a.spec(), 0)));
  }

  /**
   * Pseudo-inverse [..., n, m] of a [..., m, n]; singular values up to {@code tolerance} times the
   * largest count as zero. A negative tolerance stands for max(m, n) times the distance from 1 to
   * the next number of a's type.
   */
  public static Tensor pinv(Tensor a, double tolerance) {
    matrices("pinv", a);
    List<Tensor> f = svd(a);
    Tensor s = f.get(1);
    Tensor counts = counts(a, s, tolerance);
    Tensor one = Facades.number(s, 1);
    Tensor inverse = counts.where(one.div(counts.where(s, one)), Facades.number(s, 0));
    Tensor v = f.get(2).transpose(-1, -2);
    return v.mul(inverse.unsqueeze(-2)).matmul(f.get(0), false, true);
  }

  /** Where singular values are above the tolerance. */
  private static Tensor counts(Tensor a, Tensor s, double tolerance) {
    double unit = a.dtype() == DType.F64 ? Math.ulp(1.0) : Math.ulp(1f);
    long most = Math.max(a.shape().dim(-1), a.shape().dim(-2));
    double relative = tolerance < 0 ? most * unit : tolerance;
    if (s.shape().dim(-1) == 0) {
      return s.compare(CompareKind.GT, s);
    }
    Tensor bound = s.detach().slice(-1, 0, 1).mul(Facades.number(s, relative));
    return s.compare(CompareKind.GT, bound);
  }

  // ---- Numbers ----

  /** {@link Det}: determinants [...] of a [..., n, n]. */
  public static Tensor det(Tensor a) {
    return apply(new Det(), a);
  }

  /** {@link Slogdet}: sign and logarithm of the size of the determinants [...]. */
  public static List<Tensor> slogdet(Tensor a) {
    return Tensor.apply(new Slogdet(), a).subList(0, 2);
  }

  /** Number of singular values above a tolerance, as {@link #pinv} has it; I32 [...]. */
  public static Tensor matrixRank(Tensor a, double tolerance) {
    matrices("matrix_rank", a);
    Tensor s = singularValues(a.detach());
    return counts(a, s, tolerance).cast(a.dtype()).sum(-1).cast(DType.I32);
  }

  /** Norms [...] of matrices [..., m, n]. */
  public static Tensor matrixNorm(Tensor a, MatrixNorm norm) {
    filled("matrix_norm", a, norm);
    return switch (norm) {
      case FROBENIUS -> a.mul(a).sum(-2, -1).sqrt();
      case NUCLEAR -> singularValues(a).sum(-1);
      case SPECTRAL -> largest(singularValues(a));
      case ONE -> largest(a.abs().sum(-2));
      case INFINITY -> largest(a.abs().sum(-1));
    };
  }

  private static Tensor largest(Tensor x) {
    return x.reduce(ReduceKind.MAX, false, -1);
  }

  /** A largest number of none there is not. */
  private static Shape filled(String function, Tensor a, MatrixNorm norm) {
    Shape shape = matrices(function, a);
    boolean sum = norm == MatrixNorm.FROBENIUS || norm == MatrixNorm.NUCLEAR;
    if (!sum && (shape.dim(-1) == 0 || shape.dim(-2) == 0)) {
      throw fail(function, "at least one row and column", a.spec());
    }
    return shape;
  }

  /**
   * Condition numbers [...]: norm of a times norm of its inverse. The spectral one is the ratio of
   * the largest singular value to the smallest, for matrices [..., m, n]; it is infinite where that
   * is 0.
   */
  public static Tensor cond(Tensor a, MatrixNorm norm) {
    Shape shape = filled("cond", a, norm);
    if (norm == MatrixNorm.SPECTRAL) {
      Tensor s = singularValues(a);
      long k = s.shape().dim(-1);
      return s.slice(-1, 0, 1).div(s.slice(-1, k - 1, k)).squeeze(-1);
    }
    if (shape.dim(-1) != shape.dim(-2)) {
      throw fail("cond", "square matrices", a.spec());
    }
    return matrixNorm(a, norm).mul(matrixNorm(inv(a), norm));
  }
}
