package dev.balboa.nn.op;

import java.util.List;

/**
 * Matrix product of the last two dimensions, C = op(A) op(B) with op the identity or the transpose;
 * leading dimensions broadcast. Inputs A [..., M, K] (or [..., K, M] if {@code transA}) and B [...,
 * K, N] (or [..., N, K] if {@code transB}); output [..., M, N].
 */
public record Matmul(boolean transA, boolean transB) implements LinearAlgebraOp {
  @Override
  public String name() {
    return "matmul";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    Shape a = in.get(0).shape();
    Shape b = in.get(1).shape();
    Check.floating(name(), "left operand", in.get(0));
    Check.sameType(name(), in.get(0), in.get(1));
    Check.that(a.rank() >= 2, name(), "left operand of rank 2 or more", a);
    Check.that(b.rank() >= 2, name(), "right operand of rank 2 or more", b);
    long k = a.dim(transA ? -2 : -1);
    long kb = b.dim(transB ? -1 : -2);
    if (k != kb) {
      throw Check.fail(
          name(),
          "expected equal inner dimensions, got "
              + text(a, transA)
              + " with "
              + k
              + " and "
              + text(b, transB)
              + " with "
              + kb);
    }
    Shape batch = Shape.broadcast(name(), a.slice(0, a.rank() - 2), b.slice(0, b.rank() - 2));
    return List.of(
        in.get(0).withShape(batch.append(a.dim(transA ? -1 : -2), b.dim(transB ? -2 : -1))));
  }

  private static String text(Shape shape, boolean transposed) {
    return shape + (transposed ? " transposed" : "");
  }

  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    return infer(in).get(0).shape().size() * in.get(0).shape().dim(transA ? -2 : -1);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value a = c.in(0);
    Value b = c.in(1);
    Value g = c.grad(0);
    Value da = null;
    if (c.needs(0)) {
      da = transA ? e.matmul(b, g, transB, true) : e.matmul(g, b, false, !transB);
      da = e.sumTo(da, a.spec().shape());
    }
    Value db = null;
    if (c.needs(1)) {
      db = transB ? e.matmul(g, a, true, transA) : e.matmul(a, g, !transA, false);
      db = e.sumTo(db, b.spec().shape());
    }
    return Vjp.grads(da, db);
  }
}
