package dev.balboa.nn.train;

import dev.balboa.nn.data.Batch;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.NonFiniteException;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.NonFiniteGradientException;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;

/**
 * One step: forward and backward for each of some batches, clip, update.
 *
 * @param compiled the step as a captured program; {@code null} to make it eagerly
 */
record TrainingStep(Settings settings, CompiledStep compiled) {
  /**
   * Makes the step in the current scope and moves {@code progress} on. The gradient is that of the
   * mean loss over all samples, as if the batches were one.
   */
  StepReport run(List<Batch> batches, Progress progress, long startNanos) {
    Optimizer optimizer = settings.optimizer;
    setRate(progress);
    optimizer.zeroGrad();
    Sums sums = new Sums(settings.metrics);
    int samples = batches.stream().mapToInt(Batch::size).sum();
    double norm =
        compiled == null
            ? eager(batches, samples, sums, progress)
            : captured(batches.getFirst(), sums, progress);
    if (settings.average != null) {
      settings.average.update();
    }
    sums.addNanos(System.nanoTime() - startNanos);
    progress.sums.add(sums);
    progress.learningRate = optimizer.learningRate();
    progress.batch += batches.size();
    progress.step++;
    return new StepReport(
        progress.epoch,
        progress.batch - 1,
        progress.step - 1,
        samples,
        sums.meanLoss(),
        progress.sums.meanLoss(),
        progress.learningRate,
        norm);
  }

  private double eager(List<Batch> batches, int samples, Sums sums, Progress progress) {
    try (var _ = settings.detectAnomaly ? Execution.checkFinite() : null) {
      for (Batch batch : batches) {
        try (var _ = Scope.open()) {
          addGradients(batch, samples, sums, progress);
        }
      }
      try (var _ = Execution.within(settings.optimizer::name)) {
        double norm = clip(progress);
        settings.optimizer.step();
        return norm;
      }
    } catch (NonFiniteException e) {
      throw diverged(e.getMessage(), progress, e);
    }
  }

  private double captured(Batch batch, Sums sums, Progress progress) {
    try (var _ = Scope.open()) {
      Tensor output = compiled.runForOutput(batch.x(), batch.y());
      sums.add(compiled.loss(), output, batch.y(), batch.size());
      return compiled.norm();
    } catch (NonFiniteLossException | NonFiniteGradientException e) {
      throw diverged(e.getMessage(), progress, e);
    }
  }

  private void setRate(Progress progress) {
    if (settings.momentum != null) {
      settings.optimizer.overrideMomentum(settings.momentum.at(progress.step));
    }
    if (settings.schedule == null && settings.plateau == null) {
      return;
    }
    double rate =
        settings.schedule == null ? progress.firstRate : settings.schedule.at(progress.step);
    settings.optimizer.learningRate(
        settings.plateau == null ? rate : settings.plateau.rate(progress.plateau, rate));
  }

  private void addGradients(Batch batch, int samples, Sums sums, Progress progress) {
    Tensor output;
    double value;
    try (var _ = Execution.training(progress.random);
        var _ = Execution.grad()) {
      output = settings.forward().apply(batch.x());
      Tensor loss;
      try (var _ = Execution.within(() -> "loss")) {
        loss = settings.loss.apply(output, batch.y());
        value = loss.item();
        if (!Double.isFinite(value)) {
          throw diverged("loss " + value, progress, null);
        }
        if (batch.size() != samples) {
          loss = loss.mul((double) batch.size() / samples);
        }
      }
      loss.backwardAndFree(output);
    }
    sums.add(value, output, batch.y(), batch.size());
  }

  private double clip(Progress progress) {
    if (settings.clip == null) {
      return Double.NaN;
    }
    try {
      return settings.clip.apply(settings.optimizer.parameters());
    } catch (NonFiniteGradientException e) {
      throw diverged(e.getMessage(), progress, e);
    }
  }

  private DivergedException diverged(String what, Progress progress, ArithmeticException cause) {
    DivergedException diverged =
        new DivergedException(
            what, progress.epoch, progress.batch, progress.step, settings.optimizer.learningRate());
    if (cause != null) {
      diverged.initCause(cause);
    }
    return diverged;
  }
}
