package dev.balboa.nn.train;

import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;

/**
 * Predicted classes beside labels, position by position in row-major order, without the ignored
 * ones.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Predictions(int[] predicted, int[] labels) {
  /** From the outputs and labels that {@link Metric} describes. */
  static Predictions of(String metric, Tensor output, Tensor target) {
    int[] labels = labels(metric, target);
    int[] predicted = predicted(metric, output, target);
    int kept = 0;
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] != CrossEntropy.IGNORED) {
        labels[kept] = labels[i];
        predicted[kept] = predicted[i];
        kept++;
      }
    }
    return new Predictions(Arrays.copyOf(predicted, kept), Arrays.copyOf(labels, kept));
  }

  /** Hits and positions. */
  double[] accuracy() {
    int hits = 0;
    for (int i = 0; i < labels.length; i++) {
      if (predicted[i] == labels[i]) {
        hits++;
      }
    }
    return new double[] {hits, labels.length};
  }

  /** The predicted class of every position. */
  static int[] predicted(String metric, Tensor output, Tensor target) {
    Shape shape = output.shape();
    if (!output.dtype().isFloating()) {
      if (shape.equals(target.shape())) {
        return labels(metric, output);
      }
    } else if (isBinary(shape, target.shape())) {
      double[] logits = numbers(output);
      return Arrays.stream(logits).mapToInt(x -> x > 0 ? 1 : 0).toArray();
    } else if (hasClassAxis(shape, target.shape())) {
      return output.argmax(1).toInts();
    }
    throw new IllegalArgumentException(
        metric
            + ": expected logits [N, C, d...] and labels [N, d...], or as many of the one as of the"
            + " other; got "
            + output.spec()
            + " and "
            + target.spec());
  }

  /** Whether there is one logit for each label. */
  static boolean isBinary(Shape output, Shape target) {
    return output.equals(target) || (hasClassAxis(output, target) && output.dim(1) == 1);
  }

  /** Whether the output has the labels' shape and one axis more, the second. */
  static boolean hasClassAxis(Shape output, Shape target) {
    return target.rank() >= 1
        && output.rank() == target.rank() + 1
        && output.dim(0) == target.dim(0)
        && output.slice(2, output.rank()).equals(target.slice(1, target.rank()));
  }

  /** Labels of any type as class indices. */
  static int[] labels(String metric, Tensor target) {
    return switch (target.dtype()) {
      case I32 -> target.toInts();
      case I64 -> Arrays.stream(target.toLongs()).mapToInt(Math::toIntExact).toArray();
      case F32, F64, BF16 -> {
        double[] numbers = numbers(target);
        int[] labels = new int[numbers.length];
        for (int i = 0; i < labels.length; i++) {
          labels[i] = (int) numbers[i];
          if (labels[i] != numbers[i]) {
            throw new IllegalArgumentException(
                metric + ": expected whole numbers as labels, got " + numbers[i]);
          }
        }
        yield labels;
      }
      case U8, I8, BOOL ->
          throw new IllegalArgumentException(
              metric + ": expected labels I32, I64 or floating, got " + target.spec());
    };
  }

  /** How many labels are not to be ignored. */
  static long countLabels(String metric, Tensor target) {
    return Arrays.stream(labels(metric, target)).filter(l -> l != CrossEntropy.IGNORED).count();
  }

  /** The elements of a floating-point tensor. */
  static double[] numbers(Tensor x) {
    if (x.dtype() == DType.F64) {
      return x.toDoubles();
    }
    float[] floats = x.toFloats();
    double[] numbers = new double[floats.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = floats[i];
    }
    return numbers;
  }
}
