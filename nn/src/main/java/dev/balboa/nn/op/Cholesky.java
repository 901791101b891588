package dev.balboa.nn.op;

import java.util.List;

/**
 * The lower triangular factor L with L L^T = A of symmetric positive definite matrices A [..., n,
 * n]. Only the lower triangle of A is read; its gradient is symmetric, as that of a function of
 * symmetric matrices.
 */
public record Cholesky() implements LinalgOp {
  @Override
  public String name() {
    return "cholesky";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Matrices.square(name(), in.get(0));
    return List.of(in.get(0));
  }

  /** dA = (S + S^T) / 2 with S = L^-T F L^-1, F the lower part of L^T dL, half of its diagonal. */
  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value l = c.out(0);
    Value p = e.matmul(l, c.grad(0), true, false);
    Value f = Matrices.part(e, CompareKind.GE, p);
    f = e.sub(f, Matrices.times(e, Matrices.part(e, CompareKind.EQ, p), 0.5));
    TriangularSolve inverse = new TriangularSolve(false, true, false);
    Value s = e.apply(inverse, l, Matrices.transposed(e, e.apply(inverse, l, f)));
    return Vjp.grads(Matrices.symmetric(e, s));
  }
}
