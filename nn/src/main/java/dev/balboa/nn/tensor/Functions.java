package dev.balboa.nn.tensor;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.AvgPool;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.BatchNormTraining;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.Dropout;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.Window;
import java.util.List;

/** The operations of neural networks as functions of tensors, without state. */
public final class Functions {
  private Functions() {}

  /** {@link Conv}: x [N, C, in...], weight [O, C/groups, kernel...], bias [O] or {@code null}. */
  public static Tensor conv(
      Tensor x, Tensor weight, Tensor bias, Window window, int groups, Activation activation) {
    Conv op = new Conv(window, groups, activation);
    return bias == null
        ? Tensor.apply(op, x, weight).get(0)
        : Tensor.apply(op, x, weight, bias).get(0);
  }

  /** {@link Linear}: x [..., in], weight [out, in], bias [out] or {@code null}. */
  public static Tensor linear(Tensor x, Tensor weight, Tensor bias, Activation activation) {
    Linear op = new Linear(activation);
    return bias == null
        ? Tensor.apply(op, x, weight).get(0)
        : Tensor.apply(op, x, weight, bias).get(0);
  }

  /** {@link MaxPool} of x [N, C, in...]. */
  public static Tensor maxPool(Tensor x, Window window) {
    return Tensor.apply(new MaxPool(window), x).get(0);
  }

  /** {@link AvgPool} of x [N, C, in...]. */
  public static Tensor avgPool(Tensor x, Window window, boolean countPadding) {
    return Tensor.apply(new AvgPool(window, countPadding), x).get(0);
  }

  /** {@link BatchNormTraining}: y, mean and biased variance. */
  public static List<Tensor> batchNormTraining(
      Tensor x, Tensor gamma, Tensor beta, double epsilon) {
    return Tensor.apply(new BatchNormTraining(epsilon), x, gamma, beta);
  }

  /** {@link BatchNormInference} with given statistics. */
  public static Tensor batchNorm(
      Tensor x, Tensor gamma, Tensor beta, Tensor mean, Tensor variance, double epsilon) {
    return Tensor.apply(new BatchNormInference(epsilon), x, gamma, beta, mean, variance).get(0);
  }

  /** {@link Dropout} under the next key of the stream. */
  public static Tensor dropout(Tensor x, double p, RandomStream random) {
    return Tensor.apply(new Dropout(p), x, Tensors.key(random)).get(0);
  }

  /** {@link CrossEntropy} of logits [N, C] against labels I32 [N], averaged over the batch. */
  public static Tensor crossEntropy(Tensor logits, Tensor labels) {
    return crossEntropy(logits, labels, Reduction.MEAN);
  }

  /** {@link CrossEntropy} of logits [N, C] against labels I32 [N]. */
  public static Tensor crossEntropy(Tensor logits, Tensor labels, Reduction reduction) {
    return Tensor.apply(new CrossEntropy(reduction), logits, labels).get(0);
  }
}
