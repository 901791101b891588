package dev.balboa.nn.op;

import dev.balboa.nn.memory.Layout;
import java.util.List;
import java.util.Optional;

/** Broadcasts to a larger shape without copying (stride 0). */
public record Expand(Shape shape) implements ViewOp {
  @Override
  public String name() {
    return "expand";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    if (!in.get(0).shape().broadcastsTo(shape)) { // views are inferred at every call
      throw Check.unexpected(name(), "a shape that broadcasts to " + shape, in.get(0));
    }
    return List.of(in.get(0).withShape(shape));
  }

  @Override
  public Optional<View> view(TensorSpec input, Layout.Strided layout) {
    long[] strides = new long[shape.rank()];
    long[] from = layout.strides();
    int lead = strides.length - from.length;
    for (int i = 0; i < from.length; i++) {
      strides[lead + i] = input.shape().dim(i) == 1 ? 0 : from[i];
    }
    return Optional.of(new View(0, Layout.Strided.of(strides)));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().sumTo(c.grad(0), c.in(0).spec().shape()));
  }
}
