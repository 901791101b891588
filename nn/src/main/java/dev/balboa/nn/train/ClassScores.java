package dev.balboa.nn.train;

import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;

/**
 * Logits beside labels.
 *
 * @param classes how many there are
 * @param scores [positions, classes] in row-major order
 * @param labels [positions], some possibly {@link CrossEntropy#IGNORED}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ClassScores(int classes, double[] scores, int[] labels) {
  /** From logits [N, C, d...] and labels [N, d...], or one logit for each label. */
  static ClassScores of(String metric, Tensor output, Tensor target) {
    int[] labels = Predictions.labels(metric, target);
    Shape shape = output.shape();
    if (output.dtype().isFloating() && Predictions.isBinary(shape, target.shape())) {
      double[] logits = Predictions.numbers(output);
      double[] scores = new double[2 * logits.length];
      for (int i = 0; i < logits.length; i++) {
        scores[2 * i + 1] = logits[i];
      }
      return checked(metric, new ClassScores(2, scores, labels));
    }
    if (!output.dtype().isFloating() || !Predictions.hasClassAxis(shape, target.shape())) {
      throw new IllegalArgumentException(
          metric
              + ": expected logits [N, C, d...] and labels [N, d...], got "
              + output.spec()
              + " and "
              + target.spec());
    }
    int[] classesLast = new int[shape.rank()];
    for (int i = 0; i < classesLast.length; i++) {
      classesLast[i] = i == 0 ? 0 : i == classesLast.length - 1 ? 1 : i + 1;
    }
    double[] scores = Predictions.numbers(output.permute(classesLast));
    return checked(metric, new ClassScores((int) shape.dim(1), scores, labels));
  }

  private static ClassScores checked(String metric, ClassScores scores) {
    for (int label : scores.labels) {
      if (label != CrossEntropy.IGNORED && (label < 0 || label >= scores.classes)) {
        throw new IllegalArgumentException(
            metric + ": expected labels in [0, " + scores.classes + "), got " + label);
      }
    }
    return scores;
  }

  /**
   * How many labels are among the k largest of their position, and how many positions there are.
   */
  double[] topK(int k) {
    int hits = 0;
    int positions = 0;
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] != CrossEntropy.IGNORED) {
        positions++;
        if (rank(i) < k) {
          hits++;
        }
      }
    }
    return new double[] {hits, positions};
  }

  /** How many classes come before the label; all of them if its score is not a number. */
  private int rank(int position) {
    int at = position * classes;
    double own = scores[at + labels[position]];
    int before = 0;
    for (int c = 0; c < classes; c++) {
      double other = scores[at + c];
      boolean isBefore = other == own ? c < labels[position] : !(other < own);
      if (isBefore && c != labels[position]) {
        before++;
      }
    }
    return Double.isNaN(own) ? classes : before;
  }
}
