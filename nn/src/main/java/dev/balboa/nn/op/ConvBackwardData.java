package dev.balboa.nn.op;

import java.util.List;

/**
 * The adjoint of {@link Conv} in its input: inputs dy [N, O, out...] and w [O, C/groups,
 * kernel...], output dx of shape {@code inputShape}.
 */
public record ConvBackwardData(Window window, int groups, Shape inputShape)
    implements ConvolutionOp {
  @Override
  public String name() {
    return "conv" + window.rank() + "d_backward_data";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    TensorSpec dy = in.get(0);
    TensorSpec w = in.get(1);
    Check.sameType(name(), dy, w);
    TensorSpec x = dy.withShape(inputShape);
    Conv.check(name(), x, w.shape(), window, groups);
    Check.shape(name(), "dy", dy, window.outShape(name(), inputShape, w.shape().dim(0)));
    return List.of(x);
  }

  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    return in.get(0).shape().size() * Conv.perOutput(in.get(1).shape());
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value u = c.grad(0);
    Shape weights = c.in(1).spec().shape();
    return Vjp.grads(
        c.needs(0) ? e.apply(new Conv(window, groups, Activation.IDENTITY), u, c.in(1)) : null,
        c.needs(1)
            ? e.apply(new ConvBackwardWeights(window, groups, weights, false), u, c.in(0))
            : null);
  }
}
