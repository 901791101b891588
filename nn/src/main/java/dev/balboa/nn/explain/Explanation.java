package dev.balboa.nn.explain;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.tensor.Tensor;
import java.util.function.Supplier;

/**
 * What all explanations do: compute in inference, with gradients, and hand out the result alone.
 */
final class Explanation {
  private Explanation() {}

  /** Runs in a scope of its own; only the result outlives it, in the scope around. */
  static Tensor compute(Supplier<Tensor> body) {
    Scope outer = Scope.current();
    try (var _ = Scope.open();
        var _ = Execution.inference();
        var _ = Execution.grad()) {
      return body.get().detach().copy().moveTo(outer);
    }
  }

  /** d(target) / dx for each sample. */
  static Tensor gradient(Layer model, Tensor x, Target target) {
    Tensor leaf = x.detach().withGrad();
    Tensor score = Target.checked(target, model.forward(leaf), x.shape().dim(0));
    Tensor gradient = score.requiresGrad() ? score.sum().grad(false, leaf).get(0) : null;
    return gradient == null ? x.detach().mul(0) : gradient;
  }

  static void check(String name, Tensor x) {
    if (x.shape().rank() < 2 || (x.dtype() != DType.F32 && x.dtype() != DType.F64)) {
      throw new IllegalArgumentException(
          name + ": expected a batch of samples of floating-point numbers, got " + x.spec());
    }
  }
}
