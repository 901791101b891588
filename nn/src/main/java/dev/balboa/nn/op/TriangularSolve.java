package dev.balboa.nn.op;

import java.util.List;

/**
 * X with op(A) X = B, where A [..., n, n] is the upper or lower triangle of what is given, with
 * ones on its diagonal if {@code unit}, and op is the transpose if {@code transposed}; B [..., n,
 * k] with the same leading axes, X like B. A zero on the diagonal is refused as singular.
 */
public record TriangularSolve(boolean upper, boolean transposed, boolean unit) implements LinalgOp {
  @Override
  public String name() {
    return "triangular_solve";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    Matrices.square(name(), in.get(0));
    Matrices.rightSide(name(), in.get(0), in.get(1));
    return List.of(in.get(1));
  }

  /** dB = op(A)^-T dX, and of -dB X^T, or its transpose, the triangle that is read. */
  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value db = e.apply(new TriangularSolve(upper, !transposed, unit), c.in(0), c.grad(0));
    if (!c.needs(0)) {
      return Vjp.grads(null, db);
    }
    Value x = c.out(0);
    Value da = transposed ? e.matmul(x, db, false, true) : e.matmul(db, x, false, true);
    CompareKind read;
    if (upper) {
      read = unit ? CompareKind.LT : CompareKind.LE;
    } else {
      read = unit ? CompareKind.GT : CompareKind.GE;
    }
    return Vjp.grads(Matrices.times(e, Matrices.part(e, read, da), -1), db);
  }
}
