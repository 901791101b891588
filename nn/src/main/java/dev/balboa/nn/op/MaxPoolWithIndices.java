package dev.balboa.nn.op;

import java.util.List;

/**
 * Maximum over a sliding window, and where it is: input [N, C, in...]; outputs y [N, C, out...] and
 * I32 indices [N, C, out...], each the row-major index of the maximum in its plane of the input.
 * The first one wins a tie, a NaN wins against everything, padding never wins. {@link MaxPool}
 * keeps the places to itself, and none at all where no gradient is asked for.
 */
public record MaxPoolWithIndices(Window window) implements PoolingOp {
  /** Checks the padding. */
  public MaxPoolWithIndices {
    window.checkPoolingPadding("max_pool" + window.rank() + "d_with_indices");
  }

  @Override
  public String name() {
    return "max_pool" + window.rank() + "d_with_indices";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec x = in.get(0);
    Check.rank(name(), "input", x, window.rank() + 2);
    Check.floating(name(), "input", x);
    window.checkSeesInput(name(), x.shape());
    TensorSpec y = x.withShape(window.outShape(name(), x.shape(), x.shape().dim(1)));
    return List.of(y, y.withDType(DType.I32));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Shape input = c.in(0).spec().shape();
    return Vjp.grads(MaxUnpool.backward(c.emit(), c.grad(0), c.out(1), input));
  }

  @Override
  public boolean isDifferentiable(int index) {
    return index == 0;
  }
}
