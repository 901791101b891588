package dev.balboa.nn.op;

import java.util.List;

/**
 * The singular values [..., k] of matrices [..., m, n], descending, k = min(m, n): {@link Svd}
 * without its vectors. They have a derivative where they differ and are not 0.
 */
public record SingularValues() implements LinalgOp {
  @Override
  public String name() {
    return "singular_values";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec a = in.get(0);
    Shape shape = Matrices.matrix(name(), "matrix", a);
    long k = Math.min(shape.dim(-1), shape.dim(-2));
    return List.of(a.withShape(Matrices.batch(shape).append(k)));
  }

  /** dA = U diag(ds) V^T. */
  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    List<Value> factors = e.applyAll(new Svd(), c.in(0));
    Value left = e.mul(factors.get(0), Matrices.row(e, c.grad(0)));
    return Vjp.grads(e.matmul(left, factors.get(2), false, false));
  }
}
