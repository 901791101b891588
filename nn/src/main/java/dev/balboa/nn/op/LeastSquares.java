package dev.balboa.nn.op;

import java.util.List;

/**
 * x [..., n, k] that makes |A x - b| smallest for matrices A [..., m, n] of full rank and b [...,
 * m, k]; where m is below n, the shortest of all solutions. A rank that is exactly too low is
 * refused.
 */
public record LeastSquares() implements LinalgOp {
  @Override
  public String name() {
    return "least_squares";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    TensorSpec a = in.get(0);
    TensorSpec b = in.get(1);
    Shape shape = Matrices.matrix(name(), "matrix", a);
    Matrices.rightSide(name(), a, b);
    return List.of(b.withShape(b.shape().with(-2, shape.dim(-1))));
  }

  /** That of the solution by QR. */
  @Override
  public List<Value> vjp(Vjp c) {
    return c.pullback(LeastSquares::byQr, List.of(c.in(0), c.in(1)), c.grad(0));
  }

  /** A = Q R and x = R^-1 Q^T b, or A^T = Q R and x = Q R^-T b. */
  private static Value byQr(Emit e, List<Value> at) {
    Value a = at.get(0);
    Value b = at.get(1);
    Shape shape = a.spec().shape();
    boolean tall = shape.dim(-2) >= shape.dim(-1);
    List<Value> f = e.applyAll(new Qr(), tall ? a : Matrices.transposed(e, a));
    Value q = f.get(0);
    Op triangle = new TriangularSolve(true, !tall, false);
    return tall
        ? e.apply(triangle, f.get(1), e.matmul(q, b, true, false))
        : e.matmul(q, e.apply(triangle, f.get(1), b), false, false);
  }
}
