package dev.balboa.nn.train;

import dev.balboa.nn.data.Batch;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.optim.GradientClip;
import dev.balboa.nn.optim.LearningRate;
import dev.balboa.nn.optim.NonFiniteGradientException;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.tensor.Tensor;

/**
 * One step: forward, backward, clip, update.
 *
 * @param schedule {@code null} for the optimizer's own learning rate
 * @param clip {@code null} for none
 */
record TrainingStep(
    Layer model, Optimizer optimizer, Loss loss, LearningRate schedule, GradientClip clip) {

  /** Makes the step in the current scope and moves {@code progress} on. */
  StepReport run(Batch batch, Progress progress, long startNanos) {
    if (schedule != null) {
      optimizer.learningRate(schedule.at(progress.step));
    }
    optimizer.zeroGrad();
    Tensor output;
    double value;
    try (var _ = Execution.training(progress.random);
        var _ = Execution.grad()) {
      output = model.forward(batch.x());
      Tensor result = loss.apply(output, batch.y());
      value = result.item();
      if (!Double.isFinite(value)) {
        throw diverged("loss " + value, progress);
      }
      result.backward();
    }
    double norm = clip(progress);
    optimizer.step();
    progress.sums.add(value, output, batch.y(), batch.size());
    progress.sums.addNanos(System.nanoTime() - startNanos);
    progress.learningRate = optimizer.learningRate();
    StepReport report =
        new StepReport(
            progress.epoch,
            progress.batch,
            progress.step,
            batch.size(),
            value,
            progress.sums.meanLoss(),
            progress.learningRate,
            norm);
    progress.batch++;
    progress.step++;
    return report;
  }

  private double clip(Progress progress) {
    if (clip == null) {
      return Double.NaN;
    }
    try {
      return clip.apply(optimizer.parameters());
    } catch (NonFiniteGradientException e) {
      DivergedException diverged = diverged(e.getMessage(), progress);
      diverged.initCause(e);
      throw diverged;
    }
  }

  private DivergedException diverged(String what, Progress progress) {
    return new DivergedException(
        what, progress.epoch, progress.batch, progress.step, optimizer.learningRate());
  }
}
