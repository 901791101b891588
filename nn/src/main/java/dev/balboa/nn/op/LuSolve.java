package dev.balboa.nn.op;

import java.util.List;

/**
 * X with op(A) X = B by the factors that {@link Solve}, {@link Det} or {@link Slogdet} left of A:
 * what the derivatives of all three need, without factoring again. Inputs: A [..., n, n], B [...,
 * n, k] with the same leading axes, and that workspace. X is like B.
 *
 * @param transposed whether op(A) is the transpose of A
 */
public record LuSolve(boolean transposed) implements LinalgOp {
  @Override
  public String name() {
    return "lu_solve";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3);
    Matrices.square(name(), in.get(0));
    Matrices.rightSide(name(), in.get(0), in.get(1));
    Check.that(
        in.get(2).equals(TensorSpec.WORKSPACE),
        name(),
        "the workspace of a solve or a determinant",
        in.get(2));
    return List.of(in.get(1));
  }

  /** dB = op(A)^-T dX, dA = -dB X^T or its transpose. */
  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value db = e.apply(new LuSolve(!transposed), c.in(0), c.grad(0), c.in(2));
    if (!c.needs(0)) {
      return Vjp.grads(null, db, null);
    }
    Value x = c.out(0);
    Value da = transposed ? e.matmul(x, db, false, true) : e.matmul(db, x, false, true);
    return Vjp.grads(Matrices.times(e, da, -1), db, null);
  }
}
