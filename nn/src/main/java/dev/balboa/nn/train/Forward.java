package dev.balboa.nn.train;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * A model as losses and metrics see it: also in mixed precision its outputs are not BF16.
 *
 * @param mixed whether it computes in mixed precision
 */
record Forward(Layer model, boolean mixed) {
  Tensor apply(Tensor x) {
    return in(model::forward, x);
  }

  Tensor infer(Tensor x) {
    return in(model::infer, x);
  }

  private Tensor in(UnaryOperator<Tensor> f, Tensor x) {
    if (!mixed) {
      return f.apply(x);
    }
    try (var _ = Execution.mixedPrecision()) {
      Tensor y = f.apply(x);
      return y.dtype() == DType.BF16 ? y.cast(DType.F32) : y;
    }
  }
}
