package dev.balboa.nn.op;

import java.util.List;

/**
 * A = Q R for matrices A [..., m, n], reduced: Q [..., m, k] with orthonormal columns and R [...,
 * k, n] upper triangular with a diagonal that is not negative, k = min(m, n). That makes both
 * unique where the first k columns of A are independent; only there have they a derivative.
 */
public record Qr() implements LinalgOp {
  @Override
  public String name() {
    return "qr";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec a = in.get(0);
    Shape shape = Matrices.matrix(name(), "matrix", a);
    long k = Math.min(shape.dim(-1), shape.dim(-2));
    return List.of(a.withShape(shape.with(-1, k)), a.withShape(shape.with(-2, k)));
  }

  /** Walter and Lehmann, "Algorithmic differentiation of linear algebra functions" (2010). */
  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value q = c.out(0);
    Value r = c.out(1);
    Shape shape = c.in(0).spec().shape();
    long m = shape.dim(-2);
    long n = shape.dim(-1);
    if (m >= n) {
      return Vjp.grads(tall(e, q, r, c.grad(0), c.grad(1)));
    }
    Slice left = Slice.along(r.spec().shape(), -1, 0, m);
    Slice right = Slice.along(r.spec().shape(), -1, m, n);
    Value y = e.apply(Slice.along(shape, -1, m, n), c.in(0));
    Value dz = e.apply(right, c.grad(1));
    Value dq = e.add(c.grad(0), e.matmul(y, dz, false, true));
    Value dx = tall(e, q, e.apply(left, r), dq, e.apply(left, c.grad(1)));
    return Vjp.grads(e.apply(new Concat(shape.rank() - 1), dx, e.matmul(q, dz, false, false)));
  }

  /** (dQ + Q C) R^-T, C symmetric with the lower triangle of R dR^T - dQ^T Q. */
  private static Value tall(Emit e, Value q, Value r, Value dq, Value dr) {
    Value m = e.sub(e.matmul(r, dr, false, true), e.matmul(dq, q, true, false));
    Value below = Matrices.transposed(e, Matrices.part(e, CompareKind.GT, m));
    Value symmetric = e.add(Matrices.part(e, CompareKind.GE, m), below);
    Value b = e.add(dq, e.matmul(q, symmetric, false, false));
    Value x = e.apply(new TriangularSolve(true, false, false), r, Matrices.transposed(e, b));
    return Matrices.transposed(e, x);
  }
}
