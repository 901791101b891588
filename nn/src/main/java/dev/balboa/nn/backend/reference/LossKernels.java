package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.DataErrors;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.CrossEntropyBackward;
import dev.balboa.nn.op.LossOp;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.Reduction;

/** Cross entropy on integer labels. */
final class LossKernels {
  private LossKernels() {}

  static Prepared prepare(LossOp op, Call call) {
    return switch (op) {
      case CrossEntropy o -> call.plain((in, out) -> crossEntropy(o, in[0], in[1], out[0].reals()));
      case CrossEntropyBackward o ->
          call.plain((in, out) -> crossEntropyBackward(o, in, out[0].reals()));
      case OneHot o -> call.plain((in, out) -> oneHot(o, in[0].wholes(), out[0].reals()));
    };
  }

  private static void crossEntropy(
      CrossEntropy op, Elements logits, Elements labels, double[] loss) {
    double[] z = logits.reals();
    long[] label = labels.wholes();
    int rows = label.length;
    int classes = rows == 0 ? 0 : z.length / rows;
    checkLabels(op.name(), label, classes);
    for (int n = 0; n < rows; n++) {
      int row = n * classes;
      double max = ReductionKernels.max(z, row, classes);
      double sum = ReductionKernels.sumExp(z, row, classes, max);
      double l = max - z[row + (int) label[n]] + Math.log(sum);
      loss[op.reduction() == Reduction.NONE ? n : 0] += l;
    }
    if (op.reduction() == Reduction.MEAN) {
      loss[0] /= rows;
    }
  }

  private static void crossEntropyBackward(
      CrossEntropyBackward op, Elements[] in, double[] dlogits) {
    double[] z = in[0].reals();
    long[] label = in[1].wholes();
    double[] dloss = in[2].reals();
    int rows = label.length;
    int classes = rows == 0 ? 0 : z.length / rows;
    checkLabels(op.name(), label, classes);
    for (int n = 0; n < rows; n++) {
      int row = n * classes;
      double max = ReductionKernels.max(z, row, classes);
      double sum = ReductionKernels.sumExp(z, row, classes, max);
      double d =
          switch (op.reduction()) {
            case NONE -> dloss[n];
            case SUM -> dloss[0];
            case MEAN -> dloss[0] / rows;
          };
      for (int c = 0; c < classes; c++) {
        dlogits[row + c] = (Math.exp(z[row + c] - max) / sum - (c == label[n] ? 1 : 0)) * d;
      }
    }
  }

  private static void checkLabels(String op, long[] labels, int classes) {
    for (int n = 0; n < labels.length; n++) {
      if (labels[n] < 0 || labels[n] >= classes) {
        throw DataErrors.label(op, labels[n], n, classes);
      }
    }
  }

  private static void oneHot(OneHot op, long[] indices, double[] y) {
    int depth = indices.length == 0 ? 0 : y.length / indices.length;
    checkLabels(op.name(), indices, depth);
    for (int i = 0; i < indices.length; i++) {
      y[i * depth + (int) indices[i]] = 1;
    }
  }
}
