package dev.balboa.nn.op;

import java.util.List;

/**
 * Derivative of {@link LocalResponseNorm}: inputs x and dy, output dx. With s = k + alpha mean(x^2)
 * it is dx = dy s^-beta - 2 alpha beta x M'(dy x s^-(beta + 1)), M' being the adjoint of that mean.
 */
public record LocalResponseNormBackward(int size, double alpha, double beta, double k)
    implements NormalizationOp {
  @Override
  public String name() {
    return "local_response_norm_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    LocalResponseNorm.check(name(), in.get(0), size);
    Check.that(in.get(1).equals(in.get(0)), name(), "dy " + in.get(0), in.get(1));
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return c.pullback((e, v) -> dx(e, v.get(0), v.get(1)), List.of(c.in(0), c.in(1)), c.grad(0));
  }

  private Value dx(Emit e, Value input, Value cotangent) {
    Shape own = input.spec().shape();
    if (own.size() == 0) {
      return e.mul(input, cotangent);
    }
    Shape seen = Shape.of(own.dim(0), 1, own.dim(1), own.slice(2, own.rank()).size());
    Window window =
        new Window(
            List.of(size, 1),
            List.of(1, 1),
            List.of(1, 1),
            List.of(size / 2, 0),
            List.of((size - 1) / 2, 0));
    Value x = e.reshape(input, seen);
    Value dy = e.reshape(cotangent, seen);
    Value mean = e.apply(new AvgPool(window, true), e.unary(UnaryKind.SQUARE, x));
    Value s = e.affine(mean, alpha, k);
    Value scaled = e.mul(dy, power(e, s, -beta));
    Value terms = e.mul(e.mul(dy, x), power(e, s, -beta - 1));
    Value spread = e.apply(new AvgPoolBackward(window, true, seen), terms);
    return e.reshape(e.sub(scaled, e.mul(e.affine(x, 2 * alpha * beta, 0), spread)), own);
  }

  private static Value power(Emit e, Value s, double exponent) {
    return e.apply(new Binary(BinaryKind.POW), s, e.scalarLike(s, exponent));
  }
}
