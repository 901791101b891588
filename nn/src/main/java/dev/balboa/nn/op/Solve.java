package dev.balboa.nn.op;

import java.util.List;

/**
 * X with A X = B, by LU factors with row exchanges: A [..., n, n] and B [..., n, k] with the same
 * leading axes; outputs X like B, and a backend-private workspace that keeps the factors. A matrix
 * with a pivot that is exactly zero is refused as singular.
 */
public record Solve() implements LinalgOp {
  @Override
  public String name() {
    return "solve";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    Matrices.square(name(), in.get(0));
    Matrices.rightSide(name(), in.get(0), in.get(1));
    return List.of(in.get(1), TensorSpec.WORKSPACE);
  }

  /** dB = A^-T dX, dA = -dB X^T. */
  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value db = e.apply(new LuSolve(true), c.in(0), c.grad(0), c.out(1));
    Value da = c.needs(0) ? Matrices.times(e, e.matmul(db, c.out(0), false, true), -1) : null;
    return Vjp.grads(da, db);
  }

  @Override
  public boolean isDifferentiable(int index) {
    return index == 0;
  }
}
