package dev.balboa.nn.op;

import java.util.List;

/**
 * Sign (-1, 0 or 1) and logarithm of the size of the determinants of matrices [..., n, n], by LU
 * factors with row exchanges: two outputs [...], and a backend-private workspace that keeps the
 * factors. A singular matrix has sign 0 and logarithm -inf; its derivative, which needs the
 * inverse, is refused.
 */
public record Slogdet() implements LinalgOp {
  @Override
  public String name() {
    return "slogdet";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec out = in.get(0).withShape(Matrices.batch(Matrices.square(name(), in.get(0))));
    return List.of(out, out, TensorSpec.WORKSPACE);
  }

  @Override
  public boolean isDifferentiable(int index) {
    return index == 1;
  }

  /** A^-T. */
  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value a = c.in(0);
    Value inverse = e.apply(new LuSolve(true), a, Matrices.identity(e, a), c.out(2));
    return Vjp.grads(e.mul(Matrices.scalar(e, c.grad(1)), inverse));
  }
}
