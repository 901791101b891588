package dev.balboa.nn.op;

import dev.balboa.nn.memory.Layout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Reorders the axes: output axis i is input axis {@code axes[i]}. */
public record Permute(List<Integer> axes) implements ViewOp {
  /** Copies the axes and checks that they are a permutation. */
  public Permute {
    axes = List.copyOf(axes);
    for (int i = 0; i < axes.size(); i++) {
      if (!axes.contains(i)) {
        throw new IllegalArgumentException(
            "permute: expected a permutation of 0.." + (axes.size() - 1) + ", got " + axes);
      }
    }
  }

  @Override
  public String name() {
    return "permute";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    Shape shape = in.get(0).shape();
    if (shape.rank() != axes.size()) { // views are inferred at every call
      throw Check.unexpected(name(), "a tensor of rank " + axes.size(), in.get(0));
    }
    return List.of(in.get(0).withShape(Shape.of(pick(shape.dims()))));
  }

  private long[] pick(long[] values) {
    long[] out = new long[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[axes.get(i)];
    }
    return out;
  }

  @Override
  public Optional<View> view(TensorSpec input, Layout.Strided layout) {
    return Optional.of(new View(0, Layout.Strided.of(pick(layout.strides()))));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    List<Integer> inverse = new ArrayList<>(Collections.nCopies(axes.size(), 0));
    for (int i = 0; i < axes.size(); i++) {
      inverse.set(axes.get(i), i);
    }
    return Vjp.grads(c.emit().apply(new Permute(inverse), c.grad(0)));
  }
}
