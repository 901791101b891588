package dev.balboa.nn.op;

import java.util.List;

/**
 * Maximum over the windows of {@link Adaptive}: [N, C, in...] to y [N, C, output...] and I32
 * indices of the same shape, each the row-major index of the maximum in its plane of the input. The
 * first one wins a tie, a NaN wins against everything.
 */
public record AdaptiveMaxPool(List<Integer> output) implements PoolingOp {
  /** Checks the sizes. */
  public AdaptiveMaxPool {
    output = Adaptive.checked("adaptive_max_pool", output);
  }

  @Override
  public String name() {
    return "adaptive_max_pool" + output.size() + "d";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec y = in.get(0).withShape(Adaptive.outShape(name(), in.get(0), output));
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
