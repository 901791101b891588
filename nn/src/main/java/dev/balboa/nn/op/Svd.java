package dev.balboa.nn.op;

import java.util.List;

/**
 * Thin singular value decomposition A = U diag(s) V^T of matrices A [..., m, n]: outputs U [..., m,
 * k], s [..., k] descending and V^T [..., k, n], k = min(m, n).
 *
 * <p>The largest component of each column of U is positive (the first of those that are as large,
 * up to one part in a million), which makes U and V unique where the singular values differ and are
 * not 0; only there have they a derivative.
 */
public record Svd() implements LinalgOp {
  @Override
  public String name() {
    return "svd";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec a = in.get(0);
    Shape shape = Matrices.matrix(name(), "matrix", a);
    long k = Math.min(shape.dim(-1), shape.dim(-2));
    return List.of(
        a.withShape(shape.with(-1, k)),
        a.withShape(Matrices.batch(shape).append(k)),
        a.withShape(shape.with(-2, k)));
  }

  /**
   * dA = U (K(U^T dU) S + S K(V^T dV) + diag(ds)) V^T, where K(X) is X - X^T over the gaps between
   * the squares of the singular values, and what lies outside of the spaces of U and V.
   */
  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value u = c.out(0);
    Value vt = c.out(2);
    Value du = c.grad(0);
    Value dvt = c.grad(2);
    Value s = c.out(1);
    Value down = Matrices.column(e, s);
    Value across = Matrices.row(e, s);
    Value gaps = Matrices.gaps(e, e.mul(s, s));
    Value left = e.div(Matrices.skew(e, e.matmul(u, du, true, false)), gaps);
    Value right = e.div(Matrices.skew(e, e.matmul(vt, dvt, false, true)), gaps);
    Value middle = e.add(e.mul(left, across), e.mul(down, right));
    middle = e.add(middle, Matrices.diagonal(e, c.grad(1)));
    Value da = e.matmul(e.matmul(u, middle, false, false), vt, false, false);
    Shape shape = c.in(0).spec().shape();
    long k = s.spec().shape().dim(-1);
    if (shape.dim(-2) > k) {
      Value x = e.div(du, across);
      Value inside = e.matmul(u, e.matmul(u, x, true, false), false, false);
      da = e.add(da, e.matmul(e.sub(x, inside), vt, false, false));
    }
    if (shape.dim(-1) > k) {
      Value inside = e.matmul(e.matmul(dvt, vt, false, true), vt, false, false);
      da = e.add(da, e.matmul(e.div(u, across), e.sub(dvt, inside), false, false));
    }
    return Vjp.grads(da);
  }
}
