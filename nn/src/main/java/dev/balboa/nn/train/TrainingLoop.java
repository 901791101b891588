package dev.balboa.nn.train;

import dev.balboa.nn.data.Batch;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.Epoch;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Epoch after epoch, from where training stands.
 *
 * @param stop whether to stop after the step under way
 */
record TrainingLoop(
    Settings settings, Progress progress, BestParameters best, BooleanSupplier stop) {
  StopReason run(DataLoader data, long epochs) throws IOException {
    StopReason reason = StopReason.COMPLETED;
    while (progress.epoch < epochs) {
      if (isExhausted()) {
        reason = StopReason.EARLY;
        break;
      }
      if (stop.getAsBoolean() || !trainEpoch(data)) {
        save();
        return StopReason.REQUESTED;
      }
      finishEpoch();
    }
    EarlyStopping rule = settings.earlyStopping;
    if (rule != null && rule.restoreBest() && !best.isEmpty()) {
      best.restore(settings.model);
    }
    return reason;
  }

  private boolean isExhausted() {
    return settings.earlyStopping != null && progress.stale >= settings.earlyStopping.patience();
  }

  private void save() throws IOException {
    if (settings.checkpointFile != null) {
      new TrainingCheckpoint(settings, progress, best).save(settings.checkpointFile);
    }
  }

  /** Whether the epoch was trained to its end. */
  private boolean trainEpoch(DataLoader data) throws IOException {
    try (CompiledStep compiled = compiled();
        Epoch epoch = data.epoch(progress.epoch, progress.batch)) {
      TrainingStep step = new TrainingStep(settings, compiled);
      while (epoch.hasNext()) {
        long start = System.nanoTime();
        StepReport report;
        try (var _ = Scope.open()) {
          List<Batch> batches = new ArrayList<>();
          while (batches.size() < settings.accumulate && epoch.hasNext()) {
            batches.add(epoch.next());
          }
          report = step.run(batches, progress, start);
        }
        settings.listeners.forEach(l -> l.onStep(report));
        if (progress.step % settings.checkpointSteps == 0) {
          save();
        }
        if (stop.getAsBoolean()) {
          return false;
        }
      }
    }
    return true;
  }

  /** The step to capture, or {@code null} to make steps eagerly. */
  private CompiledStep compiled() {
    if (settings.capture == null) {
      return null;
    }
    CompiledStep step =
        new CompiledStep(
            settings.model,
            settings.optimizer,
            settings.loss,
            settings.clip,
            progress.random,
            settings.capture);
    return settings.mixed ? step.mixedPrecision() : step;
  }

  private void finishEpoch() throws IOException {
    Optional<Evaluation> validation;
    try (var _ = settings.averaged()) {
      validation = Optional.ofNullable(settings.validation).map(data -> evaluate(settings, data));
    }
    EpochReport report =
        new EpochReport(
            progress.epoch,
            progress.step,
            progress.learningRate,
            progress.sums.evaluation(),
            validation);
    progress.reports.add(report);
    progress.epoch++;
    progress.batch = 0;
    progress.sums = new Sums(settings.metrics);
    double value = report.decisive().value(settings.monitor.name());
    if (settings.plateau != null) {
      settings.plateau.update(progress.plateau, settings.monitor, value);
    }
    boolean improved = isBest(report, value);
    save();
    if (improved && settings.bestFile != null) {
      try (var _ = settings.averaged()) {
        Checkpoint.saveModel(settings.bestFile, settings.model);
      }
    }
    settings.listeners.forEach(l -> l.onEpoch(report));
  }

  private boolean isBest(EpochReport report, double value) {
    EarlyStopping rule = settings.earlyStopping;
    double delta = rule == null ? 0 : rule.minDelta();
    if (!settings.monitor.improves(value, progress.best, delta)) {
      progress.stale++;
      return false;
    }
    progress.best = value;
    progress.bestEpoch = report.epoch();
    progress.stale = 0;
    if (rule != null && rule.restoreBest()) {
      try (var _ = settings.averaged()) {
        best.take(settings.model);
      }
    }
    return true;
  }

  /** Loss and metrics of the model on data, as in inference. */
  static Evaluation evaluate(Settings settings, DataLoader data) {
    Sums sums = new Sums(settings.metrics);
    long start = System.nanoTime();
    try (Epoch epoch = data.epoch(0);
        var _ = Execution.inference();
        var _ = Execution.noGrad()) {
      while (epoch.hasNext()) {
        try (var _ = Scope.open()) {
          Batch batch = epoch.next();
          Tensor output = settings.forward().apply(batch.x());
          double loss = settings.loss.apply(output, batch.y()).item();
          sums.add(loss, output, batch.y(), batch.size());
        }
      }
    }
    sums.addNanos(System.nanoTime() - start);
    return sums.evaluation();
  }
}
