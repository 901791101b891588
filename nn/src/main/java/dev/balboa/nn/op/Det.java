package dev.balboa.nn.op;

import java.util.List;

/**
 * Determinants [...] of matrices [..., n, n], by LU factors with row exchanges, and a
 * backend-private workspace that keeps the factors; 1 for n = 0. Its derivative det(A) A^-T needs
 * the inverse, so that of a singular matrix is refused.
 */
public record Det() implements LinalgOp {
  @Override
  public String name() {
    return "det";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec det = in.get(0).withShape(Matrices.batch(Matrices.square(name(), in.get(0))));
    return List.of(det, TensorSpec.WORKSPACE);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value a = c.in(0);
    Value inverse = e.apply(new LuSolve(true), a, Matrices.identity(e, a), c.out(1));
    return Vjp.grads(e.mul(Matrices.scalar(e, e.mul(c.grad(0), c.out(0))), inverse));
  }

  @Override
  public boolean isDifferentiable(int index) {
    return index == 0;
  }
}
