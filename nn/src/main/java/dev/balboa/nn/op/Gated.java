package dev.balboa.nn.op;

import java.util.List;

/**
 * Gated linear unit: the first half a of an axis times a function of the second half b, y = a f(b);
 * sigmoid is that of Dauphin et al., 2017, the others are those of Shazeer, 2020. The size of the
 * axis is even.
 *
 * @param gate f: SIGMOID, RELU, GELU_ERF or SILU
 * @param axis from 0
 */
public record Gated(UnaryKind gate, int axis) implements AxisOp {
  /** Checks the gate. */
  public Gated {
    switch (gate) {
      case SIGMOID, RELU, GELU_ERF, SILU -> {}
      default -> Check.that(false, "gated", "SIGMOID, RELU, GELU_ERF or SILU", gate);
    }
  }

  @Override
  public String name() {
    return "gated";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    return List.of(check(name(), in.get(0)));
  }

  /** Checks the input; the spec of the result. */
  TensorSpec check(String op, TensorSpec x) {
    Check.floating(op, "input", x);
    Indexing.axis(op, axis, x.shape());
    long n = x.shape().dim(axis);
    Check.that(n % 2 == 0, op, "an even size on axis " + axis, x);
    return x.withShape(x.shape().with(axis, n / 2));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().apply(new GatedBackward(this), c.in(0), c.grad(0)));
  }

  /** The unit in elementary operations. */
  Value define(Emit e, Value x) {
    Shape shape = x.spec().shape();
    long n = shape.dim(axis);
    Value b = e.apply(Slice.along(shape, axis, n / 2, n), x);
    return e.mul(e.apply(Slice.along(shape, axis, 0, n / 2), x), e.unary(gate, b));
  }
}
