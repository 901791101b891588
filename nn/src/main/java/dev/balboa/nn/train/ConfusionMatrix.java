package dev.balboa.nn.train;

import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How often which class was taken for which. A quotient whose divisor is 0 is 0, as in
 * scikit-learn.
 */
public final class ConfusionMatrix {
  private final int classes;
  private final long[] counts;

  private ConfusionMatrix(int classes, long[] counts) {
    this.classes = classes;
    this.counts = counts;
  }

  /**
   * Counts pairs.
   *
   * @param labels in [0, classes), one a position
   * @param predicted likewise
   */
  public static ConfusionMatrix of(int classes, int[] labels, int[] predicted) {
    checkClasses(classes);
    if (labels.length != predicted.length) {
      throw new IllegalArgumentException(
          "confusion matrix: expected as many predictions as labels, "
              + labels.length
              + ", got "
              + predicted.length);
    }
    long[] counts = new long[classes * classes];
    for (int i = 0; i < labels.length; i++) {
      checkClass(labels[i], classes);
      checkClass(predicted[i], classes);
      counts[labels[i] * classes + predicted[i]]++;
    }
    return new ConfusionMatrix(classes, counts);
  }

  /** The matrix of what a model does with data; see {@link Metric} for the forms of its output. */
  public static Statistic<ConfusionMatrix> statistic(int classes) {
    checkClasses(classes);
    return new Counts(classes);
  }

  private static void checkClasses(int classes) {
    if (classes < 2 || classes > 46_340) {
      throw new IllegalArgumentException(
          "confusion matrix: expected 2 to 46340 classes, got " + classes);
    }
  }

  static void checkClass(int one, int classes) {
    if (one < 0 || one >= classes) {
      throw new IllegalArgumentException(
          "confusion matrix: expected classes in [0, " + classes + "), got " + one);
    }
  }

  /** Its numbers are the counts, row by row. */
  private record Counts(int classes) implements Statistic<ConfusionMatrix> {
    @Override
    public double[] measure(Tensor output, Tensor target) {
      Predictions pairs = Predictions.of("confusion matrix", output, target);
      ConfusionMatrix matrix = ConfusionMatrix.of(classes, pairs.labels(), pairs.predicted());
      return Arrays.stream(matrix.counts).asDoubleStream().toArray();
    }

    @Override
    public ConfusionMatrix result(double[] numbers) {
      return new ConfusionMatrix(
          classes, Arrays.stream(numbers).mapToLong(x -> (long) x).toArray());
    }
  }

  /** How many classes there are. */
  public int classes() {
    return classes;
  }

  /** How often a position of class {@code label} was taken for class {@code predicted}. */
  public long count(int label, int predicted) {
    checkClass(label, classes);
    checkClass(predicted, classes);
    return counts[label * classes + predicted];
  }

  /** A copy of all counts, [label][predicted]. */
  public long[][] counts() {
    long[][] rows = new long[classes][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(counts, i * classes, (i + 1) * classes));
    return rows;
  }

  /** How many positions of a class there are. */
  public long support(int label) {
    return IntStream.range(0, classes).mapToLong(p -> count(label, p)).sum();
  }

  private long predictions(int predicted) {
    return IntStream.range(0, classes).mapToLong(l -> count(l, predicted)).sum();
  }

  /** How many positions there are. */
  public long total() {
    return Arrays.stream(counts).sum();
  }

  private long hits() {
    return IntStream.range(0, classes).mapToLong(c -> count(c, c)).sum();
  }

  /** The share of positions that were taken for what they are. */
  public double accuracy() {
    return quotient(hits(), total());
  }

  /** TP / (TP + FP): how much of what is taken for a class is of it. */
  public double precision(int one) {
    return quotient(count(one, one), predictions(one));
  }

  /** TP / (TP + FN): how much of a class is taken for it. */
  public double recall(int one) {
    return quotient(count(one, one), support(one));
  }

  /** 2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall. */
  public double f1(int one) {
    return quotient(2 * count(one, one), predictions(one) + support(one));
  }

  /** The precision of all classes, averaged. */
  public double precision(Average average) {
    return average(average, this::precision);
  }

  /** The recall of all classes, averaged. */
  public double recall(Average average) {
    return average(average, this::recall);
  }

  /** The F1 of all classes, averaged. */
  public double f1(Average average) {
    return average(average, this::f1);
  }

  private double average(Average average, IntToDoubleFunction ofClass) {
    return switch (average) {
      case MICRO -> accuracy();
      case MACRO ->
          IntStream.range(0, classes)
              .filter(c -> support(c) + predictions(c) > 0)
              .mapToDouble(ofClass)
              .average()
              .orElse(0);
      case WEIGHTED -> weighted(ofClass);
    };
  }

  private double weighted(IntToDoubleFunction ofClass) {
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += ofClass.applyAsDouble(c) * support(c);
    }
    return total() == 0 ? 0 : sum / total();
  }

  private static double quotient(long a, long b) {
    return b == 0 ? 0 : (double) a / b;
  }

  /** Whether all counts are equal. */
  @Override
  public boolean equals(Object o) {
    return o instanceof ConfusionMatrix m && Arrays.equals(counts, m.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  /** A table: a row for each label, a column for each prediction. */
  @Override
  public String toString() {
    int width =
        2 + Long.toString(Math.max(classes, Arrays.stream(counts).max().orElse(0))).length();
    StringBuilder text = new StringBuilder(" ".repeat(width));
    for (int c = 0; c < classes; c++) {
      text.append(String.format(Locale.ROOT, "%" + width + "d", c));
    }
    for (int label = 0; label < classes; label++) {
      text.append(String.format(Locale.ROOT, "%n%" + width + "d", label));
      for (int c = 0; c < classes; c++) {
        text.append(String.format(Locale.ROOT, "%" + width + "d", count(label, c)));
      }
    }
    return text.toString();
  }
}
