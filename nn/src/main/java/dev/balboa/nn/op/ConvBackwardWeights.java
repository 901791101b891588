package dev.balboa.nn.op;

import java.util.List;

/**
 * The adjoint of {@link Conv} in its weights and bias: inputs x [N, C, in...] and dy [N, O,
 * out...], outputs dw of shape {@code weightShape} and, if {@code bias}, db [O].
 */
public record ConvBackwardWeights(Window window, int groups, Shape weightShape, boolean bias)
    implements ConvolutionOp {
  @Override
  public String name() {
    return "conv" + window.rank() + "d_backward_weights";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    TensorSpec x = in.get(0);
    TensorSpec dy = in.get(1);
    Check.sameType(name(), x, dy);
    Conv.check(name(), x, weightShape, window, groups);
    Check.shape(name(), "dy", dy, window.outShape(name(), x.shape(), weightShape.dim(0)));
    TensorSpec dw = x.withShape(weightShape);
    return bias ? List.of(dw, x.withShape(Shape.of(weightShape.dim(0)))) : List.of(dw);
  }

  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    return in.get(1).shape().size() * Conv.perOutput(weightShape);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value u = c.grad(0);
    Shape input = c.in(0).spec().shape();
    Value dx = c.needs(0) ? e.apply(new ConvBackwardData(window, groups, input), c.in(1), u) : null;
    Value ddy = null;
    if (c.needs(1)) {
      ddy = e.apply(new Conv(window, groups, Activation.IDENTITY), c.in(0), u);
      ddy = bias ? e.add(ddy, perChannel(e, c.grad(1), ddy.spec().shape().rank())) : ddy;
    }
    return Vjp.grads(dx, ddy);
  }

  private static Value perChannel(Emit e, Value b, int rank) {
    long[] dims = new long[rank - 1];
    java.util.Arrays.fill(dims, 1);
    dims[0] = b.spec().shape().dim(0);
    return e.reshape(b, Shape.of(dims));
  }
}
