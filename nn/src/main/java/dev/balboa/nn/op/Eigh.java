package dev.balboa.nn.op;

import java.util.List;

/**
 * Eigenvalues w [..., n], ascending, and orthonormal eigenvectors V [..., n, n], in columns, of
 * symmetric matrices A [..., n, n]: A = V diag(w) V^T. Only the lower triangle of A is read; its
 * gradient is symmetric.
 *
 * <p>The largest component of each eigenvector is positive (the first of those that are as large,
 * up to one part in a million), which makes V unique where the eigenvalues differ; only there has
 * it a derivative.
 */
public record Eigh() implements LinalgOp {
  @Override
  public String name() {
    return "eigh";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Shape shape = Matrices.square(name(), in.get(0));
    return List.of(in.get(0).withShape(shape.slice(0, shape.rank() - 1)), in.get(0));
  }

  /** dA = V (diag(dw) + V^T dV over the gaps between eigenvalues) V^T, made symmetric. */
  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value v = c.out(1);
    Value turn = Matrices.part(e, CompareKind.NE, e.matmul(v, c.grad(1), true, false));
    Value middle = e.div(turn, Matrices.gaps(e, c.out(0)));
    middle = e.add(middle, Matrices.diagonal(e, c.grad(0)));
    Value da = e.matmul(e.matmul(v, middle, false, false), v, false, true);
    return Vjp.grads(Matrices.symmetric(e, da));
  }
}
