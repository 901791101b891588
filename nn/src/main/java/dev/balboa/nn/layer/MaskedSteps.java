package dev.balboa.nn.layer;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;

/**
 * Sequences in which only some steps count: moved to the front of each sequence they are sequences
 * of different lengths.
 *
 * @param lengths how many steps of each sequence count, I32 [N]
 * @param order the steps that count, then the others, both in order, as rows of [T N, ...]
 * @param inverse where each step went
 */
record MaskedSteps(Tensor lengths, Tensor order, Tensor inverse) {
  /**
   * @param mask BOOL [T, N], true where a step counts
   */
  static MaskedSteps of(Tensor mask) {
    Tensor counts = mask.cast(DType.I32);
    Tensor order = counts.sort(0, true).indices(); // stable: equals keep their order
    return new MaskedSteps(counts.sum(0), rows(order), rows(order.sort(0, false).indices()));
  }

  /** Steps [T, N] as numbers of rows [T N]. */
  private static Tensor rows(Tensor steps) {
    long batch = steps.shape().dim(1);
    Tensor ofOneStep = Tensors.fill(new TensorSpec(Shape.of(1), DType.I32), (double) batch);
    Tensor sequence = Tensors.arange(0, 1, batch, DType.I32);
    return steps.mul(ofOneStep).add(sequence).reshape(-1);
  }

  /** Inputs [T, N, C] with the steps that count first. */
  Tensor gather(Tensor x) {
    return select(x, order);
  }

  /** Outputs [T, N, D] where their inputs were. */
  Tensor scatter(Tensor y) {
    return select(y, inverse);
  }

  private static Tensor select(Tensor x, Tensor rows) {
    Shape shape = x.shape();
    return x.reshape(rows.shape().dim(0), shape.dim(2)).indexSelect(0, rows).reshape(shape.dims());
  }
}
