package dev.balboa.nn.graph;

import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvBackwardData;
import dev.balboa.nn.op.ConvBackwardWeights;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Shape;

/** Counts floating-point operations of products, a multiply-add as two; 0 for everything else. */
final class Flops {
  private Flops() {}

  static double of(Step step) {
    if (step.call() instanceof Step.Chained(_, var chain)) {
      return 2.0 * chain.multiplyAdds();
    }
    return switch (step.op()) {
      case null -> 0;
      case Conv _ -> convolution(out(step), in(step, 1));
      case ConvBackwardData _ -> convolution(in(step, 0), in(step, 1));
      case ConvBackwardWeights _ -> convolution(in(step, 1), out(step));
      case Linear _ -> 2.0 * out(step).size() * in(step, 1).dim(1);
      case Matmul m -> 2.0 * out(step).size() * in(step, 0).dim(m.transA() ? -2 : -1);
      default -> 0;
    };
  }

  /** Each element of the result takes as many multiply-adds as a filter has weights. */
  private static double convolution(Shape result, Shape weights) {
    return 2.0 * result.size() * weights.size() / Math.max(1, weights.dim(0));
  }

  private static Shape in(Step step, int i) {
    return step.inputs().get(i).spec().shape();
  }

  private static Shape out(Step step) {
    return step.outputs().get(0).spec().shape();
  }
}
