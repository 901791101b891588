package dev.balboa.nn.train;

import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Predicted and expected sequences of class indices, one pair for each sample of a batch. Positions
 * whose label is ignored are in neither, where predictions and labels have the same length.
 */
record Sequences(List<List<Integer>> predicted, List<List<Integer>> expected) {
  /**
   * From logits [N, C, T] or indices [N, T'] and labels [N, T].
   *
   * @throws IllegalArgumentException if they are none
   */
  static Sequences of(String metric, Tensor output, Tensor target) {
    boolean isIndices = !output.dtype().isFloating() && output.shape().rank() == 2;
    boolean isLogits =
        output.dtype().isFloating()
            && output.shape().rank() == 3
            && Predictions.hasClassAxis(output.shape(), target.shape());
    if (target.shape().rank() != 2
        || !(isIndices || isLogits)
        || output.shape().dim(0) != target.shape().dim(0)) {
      throw new IllegalArgumentException(
          metric
              + ": expected logits [N, C, T] or indices [N, T'], and labels [N, T]; got "
              + output.spec()
              + " and "
              + target.spec());
    }
    int[] labels = Predictions.labels(metric, target);
    int[] indices = isIndices ? Predictions.labels(metric, output) : output.argmax(1).toInts();
    int samples = (int) target.shape().dim(0);
    boolean aligned = labels.length == indices.length;
    List<List<Integer>> predicted = new ArrayList<>();
    List<List<Integer>> expected = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      predicted.add(row(indices, i, samples, aligned ? labels : indices));
      expected.add(row(labels, i, samples, labels));
    }
    return new Sequences(predicted, expected);
  }

  private static List<Integer> row(int[] values, int row, int rows, int[] ignoring) {
    int length = values.length / rows;
    List<Integer> kept = new ArrayList<>();
    for (int i = row * length; i < (row + 1) * length; i++) {
      if (ignoring[i] != CrossEntropy.IGNORED) {
        kept.add(values[i]);
      }
    }
    return kept;
  }
}
