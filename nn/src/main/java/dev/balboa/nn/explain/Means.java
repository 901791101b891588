package dev.balboa.nn.explain;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.function.IntFunction;

/** Means of tensors that are computed one after the other, in the memory of one at a time. */
final class Means {
  private Means() {}

  /** The mean of {@code count} tensors like {@code x}, in the innermost scope. */
  static Tensor of(Tensor x, int count, IntFunction<Tensor> values) {
    Tensor sum = Tensors.fill(x.spec(), 0);
    for (int i = 0; i < count; i++) {
      int index = i;
      Tensor value = Explanation.compute(() -> values.apply(index));
      try (var _ = Execution.noGrad()) {
        Tensor next = sum.add(value);
        value.close();
        sum.close();
        sum = next;
      }
    }
    try (var _ = Execution.noGrad()) {
      Tensor mean = sum.div(count);
      sum.close();
      return mean;
    }
  }
}
