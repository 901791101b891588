package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.DataErrors;
import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.MultiMargin;
import dev.balboa.nn.op.Reduction;

/** Losses on class labels, of rows of scores whose classes come last. */
final class ClassLossKernels {
  private final long[] labels;
  private final long ignored;
  private final double[] weights;
  private final Reduction reduction;
  private final int classes;

  /** Checks the labels; {@code weights} is {@code null} for ones. */
  ClassLossKernels(
      String op,
      int classes,
      Elements labels,
      long ignored,
      Elements weights,
      Reduction reduction) {
    this.classes = classes;
    this.labels = labels.wholes();
    this.ignored = ignored;
    this.weights = weights == null ? null : weights.reals();
    this.reduction = reduction;
    for (int n = 0; n < this.labels.length; n++) {
      if (counts(n) && (this.labels[n] < 0 || this.labels[n] >= classes)) {
        throw DataErrors.label(op, this.labels[n], n, classes);
      }
    }
  }

  private boolean counts(int n) {
    return labels[n] != ignored;
  }

  private int label(int n) {
    return (int) labels[n];
  }

  private double weight(int c) {
    return weights == null ? 1 : weights[c];
  }

  /** What a mean divides by. */
  private double weightOfLabels() {
    double sum = 0;
    for (int n = 0; n < labels.length; n++) {
      sum += counts(n) ? weight(label(n)) : 0;
    }
    return sum;
  }

  @FunctionalInterface
  private interface Loss {
    double of(int row);
  }

  private void reduce(Loss each, double[] loss) {
    for (int n = 0; n < labels.length; n++) {
      loss[reduction == Reduction.NONE ? n : 0] += counts(n) ? each.of(n) : 0;
    }
    if (reduction == Reduction.MEAN) {
      loss[0] /= weightOfLabels();
    }
  }

  private double share(double[] dloss, int n) {
    return switch (reduction) {
      case NONE -> dloss[n];
      case SUM -> dloss[0];
      case MEAN -> dloss[0] / weightOfLabels();
    };
  }

  void nll(double[] x, double[] loss) {
    reduce(n -> -weight(label(n)) * x[n * classes + label(n)], loss);
  }

  void nllBackward(double[] dloss, double[] dx) {
    for (int n = 0; n < labels.length; n++) {
      if (counts(n)) {
        dx[n * classes + label(n)] = -weight(label(n)) * share(dloss, n);
      }
    }
  }

  void multiMargin(MultiMargin op, double[] x, double[] loss) {
    reduce(
        n -> {
          double sum = 0;
          for (int c = 0; c < classes; c++) {
            sum += c == label(n) ? 0 : Math.pow(above(op, x, n, c), op.p());
          }
          return sum / classes;
        },
        loss);
  }

  private double above(MultiMargin op, double[] x, int n, int c) {
    return Math.max(0, op.margin() - x[n * classes + label(n)] + x[n * classes + c]);
  }

  void multiMarginBackward(MultiMargin op, double[] x, double[] dloss, double[] dx) {
    for (int n = 0; n < labels.length; n++) {
      double share = share(dloss, n) / classes;
      for (int c = 0; c < classes; c++) {
        double z = above(op, x, n, c);
        double slope = c == label(n) || z <= 0 ? 0 : op.p() == 1 ? share : 2 * z * share;
        dx[n * classes + c] += slope;
        dx[n * classes + label(n)] -= slope;
      }
    }
  }

  void crossEntropy(CrossEntropy op, double[] z, double[] loss) {
    reduce(n -> rowLoss(op.smoothing(), z, n), loss);
  }

  private double rowLoss(double smoothing, double[] z, int n) {
    int row = n * classes;
    double max = ReductionKernels.max(z, row, classes);
    double log = Math.log(ReductionKernels.sumExp(z, row, classes, max));
    double loss = (1 - smoothing) * weight(label(n)) * (max - z[row + label(n)] + log);
    for (int c = 0; smoothing > 0 && c < classes; c++) {
      loss += smoothing / classes * weight(c) * (max - z[row + c] + log);
    }
    return loss;
  }

  void crossEntropyBackward(CrossEntropy op, double[] z, double[] dloss, double[] dz) {
    for (int n = 0; n < labels.length; n++) {
      if (!counts(n)) {
        continue;
      }
      int row = n * classes;
      double max = ReductionKernels.max(z, row, classes);
      double sum = ReductionKernels.sumExp(z, row, classes, max);
      double share = share(dloss, n);
      double all = 0;
      for (int c = 0; c < classes; c++) {
        all += target(op, n, c);
      }
      for (int c = 0; c < classes; c++) {
        dz[row + c] = (Math.exp(z[row + c] - max) / sum * all - target(op, n, c)) * share;
      }
    }
  }

  private double target(CrossEntropy op, int n, int c) {
    double hard = c == label(n) ? (1 - op.smoothing()) * weight(c) : 0;
    return hard + op.smoothing() / classes * weight(c);
  }
}
