package dev.balboa.nn.train;

import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The area under the ROC curve of each class against the rest, by ranks (Mann and Whitney, 1947):
 * (R - P (P + 1) / 2) / (P Q) for P samples of the class with the sum of ranks R among all, and Q
 * others; equal scores share the mean of their ranks.
 *
 * <p>Its numbers are how many there are of them, itself included, and for each sample its label and
 * a score for each class; the array may be longer, so that it need not be copied for every batch.
 */
record RocAuc(int classes) implements Statistic<double[]> {
  RocAuc {
    if (classes < 2) {
      throw new IllegalArgumentException("ROC AUC: expected at least 2 classes, got " + classes);
    }
  }

  @Override
  public double[] measure(Tensor output, Tensor target) {
    ClassScores batch = ClassScores.of("ROC AUC", output, target);
    if (batch.classes() != classes) {
      throw new IllegalArgumentException(
          "ROC AUC: expected logits of " + classes + " classes, got " + output.spec());
    }
    double[] numbers = new double[1 + batch.labels().length * (1 + classes)];
    int at = 1;
    for (int i = 0; i < batch.labels().length; i++) {
      if (batch.labels()[i] != CrossEntropy.IGNORED) {
        numbers[at] = batch.labels()[i];
        probabilities(batch.scores(), i * classes, numbers, at + 1);
        at += 1 + classes;
      }
    }
    numbers[0] = at;
    return numbers;
  }

  /** Softmax; of two classes the difference of the logits, which orders samples alike. */
  private void probabilities(double[] scores, int from, double[] into, int at) {
    if (classes == 2) {
      into[at] = scores[from] - scores[from + 1];
      into[at + 1] = scores[from + 1] - scores[from];
      return;
    }
    double max = Arrays.stream(scores, from, from + classes).max().orElseThrow();
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      into[at + c] = Math.exp(scores[from + c] - max);
      sum += into[at + c];
    }
    for (int c = 0; c < classes; c++) {
      into[at + c] /= sum;
    }
  }

  @Override
  public double[] combine(double[] first, double[] second) {
    int used = (int) first[0];
    int more = (int) second[0] - 1;
    double[] all =
        used + more <= first.length
            ? first
            : Arrays.copyOf(first, Math.max(used + more, Math.addExact(used, used)));
    System.arraycopy(second, 1, all, used, more);
    all[0] = used + more;
    return all;
  }

  @Override
  public double[] result(double[] numbers) {
    int samples = ((int) numbers[0] - 1) / (1 + classes);
    return IntStream.range(0, classes).mapToDouble(c -> area(numbers, samples, c)).toArray();
  }

  private double area(double[] numbers, int samples, int one) {
    int width = 1 + classes;
    double[] score =
        IntStream.range(0, samples).mapToDouble(i -> numbers[1 + i * width + 1 + one]).toArray();
    int[] order =
        IntStream.range(0, samples)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> score[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double ranks = 0;
    long positives = 0;
    for (int from = 0; from < samples; ) {
      int to = from;
      int ofClass = 0;
      while (to < samples && score[order[to]] == score[order[from]]) {
        if (numbers[1 + order[to] * width] == one) {
          ofClass++;
        }
        to++;
      }
      if (to == from) {
        return Double.NaN; // a score that is not a number
      }
      ranks += ofClass * ((from + to + 1) / 2.0);
      positives += ofClass;
      from = to;
    }
    long negatives = samples - positives;
    return positives == 0 || negatives == 0
        ? Double.NaN
        : (ranks - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
  }

  /** The mean over the classes that have an area. */
  static double mean(double[] areas) {
    return Arrays.stream(areas).filter(a -> !Double.isNaN(a)).average().orElse(Double.NaN);
  }
}
