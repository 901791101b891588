package dev.balboa.nn.op;

import dev.balboa.nn.memory.Layout;
import java.util.List;
import java.util.Optional;

/** The same elements in row-major order under another shape of equal size. */
public record Reshape(Shape shape) implements ViewOp {
  @Override
  public String name() {
    return "reshape";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec x = in.get(0);
    if (x.shape().size() != shape.size()) { // views are inferred at every call
      throw Check.unexpected(
          name(), shape.size() + " elements for " + shape, x + " with " + x.shape().size());
    }
    return List.of(x.withShape(shape));
  }

  @Override
  public Optional<View> view(TensorSpec input, Layout.Strided layout) {
    if (!layout.isContiguous(input.shape().dims())) {
      return Optional.empty();
    }
    return Optional.of(new View(0, Layout.Strided.contiguous(shape.dims())));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().reshape(c.grad(0), c.in(0).spec().shape()));
  }
}
