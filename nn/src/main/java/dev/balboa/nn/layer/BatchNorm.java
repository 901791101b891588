package dev.balboa.nn.layer;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;

/**
 * Batch normalisation per channel of [N, C, ...], whatever follows the channels (Ioffe and Szegedy,
 * 2015), as in PyTorch: in training with the batch's mean and biased variance, while running
 * statistics move by momentum (default 0.1) towards the batch's mean and unbiased variance; in
 * inference, and where the running statistics are {@linkplain Layer#freeze() frozen}, with the
 * running statistics. Parameters {@code weight} and {@code bias} [C], state {@code running_mean}
 * and {@code running_var} [C].
 */
public final class BatchNorm extends Layer {
  private double epsilon = 1e-5;
  private double momentum = 0.1;
  private boolean relu;
  private Parameter weight;
  private Parameter bias;
  private Parameter runningMean;
  private Parameter runningVariance;

  /** With epsilon 1e-5 and momentum 0.1. */
  public BatchNorm() {}

  /** What is added to the variance. */
  public BatchNorm epsilon(double value) {
    checkConfigurable("epsilon");
    if (!(value >= 0)) {
      throw new IllegalArgumentException("BatchNorm: expected epsilon >= 0, got " + value);
    }
    epsilon = value;
    return this;
  }

  /** Weight of the newest batch in the running statistics. */
  public BatchNorm momentum(double value) {
    checkConfigurable("momentum");
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("BatchNorm: expected 0 <= momentum <= 1, got " + value);
    }
    momentum = value;
    return this;
  }

  /** Applies max(x, 0) to the result. */
  public BatchNorm relu() {
    checkConfigurable("activation");
    relu = true;
    return this;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    checkRank(input);
    long channels = input.shape().dim(1);
    weight = parameter("weight", Tensors.ones(channels));
    bias = parameter("bias", Tensors.zeros(channels));
    runningMean = state("running_mean", Tensors.zeros(channels));
    runningVariance = state("running_var", Tensors.ones(channels));
  }

  private static void checkRank(TensorSpec input) {
    if (input.shape().rank() < 2) {
      throw new IllegalArgumentException("batch_norm: expected an input [N, C, ...], got " + input);
    }
  }

  @Override
  protected Tensor compute(Tensor x) {
    return normalize(x, null);
  }

  /**
   * act(normalised x + residual), the end of a residual block; one operation in training.
   *
   * @param residual shaped like x
   */
  public Tensor forward(Tensor x, Tensor residual) {
    return apply(x, () -> normalize(x, residual));
  }

  private Tensor normalize(Tensor x, Tensor residual) {
    checkRank(x.spec());
    if (!Execution.current().isTraining() || runningMean.isFrozen()) {
      Tensor y =
          Functions.batchNorm(
              x,
              weight.tensor(),
              bias.tensor(),
              runningMean.tensor(),
              runningVariance.tensor(),
              epsilon);
      Tensor sum = residual == null ? y : y.add(residual);
      return relu ? sum.relu() : sum;
    }
    long perChannel = x.shape().dim(0) * x.shape().slice(2, x.shape().rank()).size();
    if (perChannel < 2) {
      throw new IllegalArgumentException(
          "batch_norm: training needs more than one value per channel, got " + x.spec());
    }
    List<Tensor> out =
        Functions.batchNormTraining(x, weight.tensor(), bias.tensor(), epsilon, relu, residual);
    try (var _ = Scope.open();
        var _ = Execution.noGrad()) {
      move(runningMean, out.get(1), 1);
      move(runningVariance, out.get(2), perChannel / (perChannel - 1.0));
    }
    return out.get(0);
  }

  private void move(Parameter running, Tensor batch, double scale) {
    Tensor kept = running.data().mul(1 - momentum);
    running.assign(kept.add(batch.mul(momentum * scale)));
  }
}
