package dev.balboa.nn.train;

import dev.balboa.nn.data.Batch;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.Epoch;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.GradientClip;
import dev.balboa.nn.optim.LearningRate;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Trains a model on batches of data:
 *
 * <pre>{@code
 * try (Trainer trainer =
 *     new Trainer(model, new Adam(model.parameters(), 1e-3), Losses::crossEntropy)
 *         .metric(Metric.accuracy())
 *         .validation(new DataLoader(test, 500))
 *         .checkpoint(Path.of("run.safetensors"))
 *         .listener(new LogListener(System.out))) {
 *   History history = trainer.fit(new DataLoader(train, 128).shuffle(42), 5);
 * }
 * }</pre>
 *
 * <p>Each step has a scope of its own, so memory stays flat. Training runs on the execution of the
 * calling thread. From equal parameters, seeds and data two runs are equal bit for bit, also if one
 * of them was interrupted and {@linkplain #resume resumed}.
 *
 * <p>Ownership: model and optimizer stay the caller's; closing the trainer frees its copy of the
 * best parameters.
 *
 * <p>Thread rule: one thread at a time, except {@link #requestStop} and {@link #stopAndWait}.
 */
public final class Trainer implements AutoCloseable {
  private final Layer model;
  private final Optimizer optimizer;
  private final Loss loss;
  private final List<Metric> metrics = new ArrayList<>();
  private final List<TrainingListener> listeners = new ArrayList<>();
  private final BestParameters best = new BestParameters();
  private final Semaphore idle = new Semaphore(1);
  private volatile boolean stopRequested;
  private LearningRate schedule;
  private GradientClip clip;
  private DataLoader validation;
  private EarlyStopping earlyStopping;
  private Monitor monitor = Monitor.loss();
  private Path checkpointFile;
  private long checkpointSteps = Long.MAX_VALUE;
  private Path bestFile;
  private long seed;
  private Progress progress;

  /** A trainer of a built model. */
  public Trainer(Layer model, Optimizer optimizer, Loss loss) {
    this.model = Objects.requireNonNull(model, "trainer: model");
    this.optimizer = Objects.requireNonNull(optimizer, "trainer: optimizer");
    this.loss = Objects.requireNonNull(loss, "trainer: loss");
    if (!model.isBuilt()) {
      throw new IllegalStateException("trainer: the model is not built");
    }
  }

  // ---- Configuration ----

  private void checkConfigurable(String what) {
    if (progress != null) {
      throw new IllegalStateException("trainer: " + what + " must be set before training begins");
    }
  }

  /** Reports a metric. */
  public Trainer metric(Metric metric) {
    checkConfigurable("metrics");
    boolean fits = metric.name().matches("[A-Za-z0-9_-]+") && !metric.name().equals(Monitor.LOSS);
    if (!fits || metrics.stream().anyMatch(m -> m.name().equals(metric.name()))) {
      throw new IllegalArgumentException(
          "trainer: expected a metric with a new name of letters, digits, - and _, got '"
              + metric.name()
              + "'");
    }
    metrics.add(metric);
    return this;
  }

  /** Tells a listener how training goes. */
  public Trainer listener(TrainingListener listener) {
    listeners.add(Objects.requireNonNull(listener, "trainer: listener"));
    return this;
  }

  /** Sets the learning rate of every step; without a schedule it stays the optimizer's. */
  public Trainer schedule(LearningRate learningRate) {
    schedule = learningRate;
    return this;
  }

  /** Clips gradients before every step, which also measures their norm. */
  public Trainer clip(GradientClip gradientClip) {
    clip = gradientClip;
    return this;
  }

  /** Evaluates on these data after every epoch. */
  public Trainer validation(DataLoader data) {
    validation = data;
    return this;
  }

  /** Which value makes an epoch the best, the loss unless told. */
  public Trainer monitor(Monitor value) {
    checkConfigurable("monitor");
    monitor = Objects.requireNonNull(value, "trainer: monitor");
    return this;
  }

  /** Ends training when the monitored value does not improve any more. */
  public Trainer earlyStopping(EarlyStopping rule) {
    earlyStopping = rule;
    return this;
  }

  /** Writes a checkpoint to this file after every epoch and when a stop was requested. */
  public Trainer checkpoint(Path file) {
    checkpointFile = file;
    return this;
  }

  /** Writes the checkpoint also after every so many steps. */
  public Trainer checkpointEvery(long steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("trainer: expected steps >= 1, got " + steps);
    }
    checkpointSteps = steps;
    return this;
  }

  /** Writes the model to this file after every epoch that is the best so far. */
  public Trainer bestModel(Path file) {
    bestFile = file;
    return this;
  }

  /** Seed of random layers such as dropout, 0 unless told. */
  public Trainer seed(long value) {
    checkConfigurable("seed");
    seed = value;
    return this;
  }

  private Progress progress() {
    if (progress == null) {
      progress = new Progress(seed, metrics, monitor);
    }
    return progress;
  }

  private TrainingCheckpoint snapshot() {
    return new TrainingCheckpoint(model, optimizer, metrics, progress(), best);
  }

  // ---- Training ----

  /**
   * Goes on where a checkpoint was written: {@link #fit} continues as if it had not been
   * interrupted. Model, optimizer, metrics and data must be made as they were then.
   *
   * @throws IllegalArgumentException if the checkpoint does not fit them
   */
  public void resume(Path file) throws IOException {
    snapshot().restore(file);
  }

  /** Epochs finished so far, also before a resumption. */
  public long epochs() {
    return progress == null ? 0 : progress.epoch;
  }

  /**
   * Trains until so many epochs are finished in all, those before a resumption or of earlier calls
   * included.
   *
   * @throws DivergedException if the loss is not finite, or clipping finds a gradient that is not
   * @throws IOException if a checkpoint cannot be written
   */
  public History fit(DataLoader data, long epochs) throws IOException {
    if (data.batches() == 0) {
      throw new IllegalArgumentException("trainer: expected data for at least one batch, got none");
    }
    if (!idle.tryAcquire()) {
      throw new IllegalStateException("trainer: fit is running already");
    }
    try {
      begin(data, epochs);
      History history = new History(progress.reports, run(data, epochs), progress.bestEpoch);
      listeners.forEach(l -> l.onStop(history));
      return history;
    } finally {
      optimizer.zeroGrad();
      idle.release();
    }
  }

  private void begin(DataLoader data, long epochs) {
    Progress at = progress();
    String order = data.toString();
    if (at.batch > 0 && !at.order.equals(order)) {
      throw new IllegalArgumentException(
          "trainer: in the middle of an epoch, expected data as before, "
              + at.order
              + "; got "
              + order);
    }
    at.order = order;
    TrainingPlan plan =
        new TrainingPlan(at.epoch, at.batch, epochs, data.batches(), data.samples());
    listeners.forEach(l -> l.onStart(plan));
  }

  private StopReason run(DataLoader data, long epochs) throws IOException {
    StopReason reason = StopReason.COMPLETED;
    while (progress.epoch < epochs) {
      if (isExhausted()) {
        reason = StopReason.EARLY;
        break;
      }
      if (stopRequested || !trainEpoch(data)) {
        stopRequested = false;
        save();
        return StopReason.REQUESTED;
      }
      finishEpoch();
    }
    if (earlyStopping != null && earlyStopping.restoreBest() && !best.isEmpty()) {
      best.restore(model);
    }
    return reason;
  }

  private boolean isExhausted() {
    return earlyStopping != null && progress.stale >= earlyStopping.patience();
  }

  private void save() throws IOException {
    if (checkpointFile != null) {
      snapshot().save(checkpointFile);
    }
  }

  /** Whether the epoch was trained to its end. */
  private boolean trainEpoch(DataLoader data) throws IOException {
    TrainingStep step = new TrainingStep(model, optimizer, loss, schedule, clip);
    try (Epoch epoch = data.epoch(progress.epoch, progress.batch)) {
      while (epoch.hasNext()) {
        long start = System.nanoTime();
        StepReport report;
        try (var _ = Scope.open()) {
          report = step.run(epoch.next(), progress, start);
        }
        listeners.forEach(l -> l.onStep(report));
        if (progress.step % checkpointSteps == 0) {
          save();
        }
        if (stopRequested) {
          return false;
        }
      }
    }
    return true;
  }

  private void finishEpoch() throws IOException {
    EpochReport report =
        new EpochReport(
            progress.epoch,
            progress.step,
            progress.learningRate,
            progress.sums.means(),
            Optional.ofNullable(validation).map(this::evaluate));
    progress.reports.add(report);
    progress.epoch++;
    progress.batch = 0;
    progress.sums = new Sums(metrics);
    double value = report.decisive().value(monitor.name());
    double delta = earlyStopping == null ? 0 : earlyStopping.minDelta();
    boolean improved = monitor.improves(value, progress.best, delta);
    if (improved) {
      progress.best = value;
      progress.bestEpoch = report.epoch();
      progress.stale = 0;
      if (earlyStopping != null && earlyStopping.restoreBest()) {
        best.take(model);
      }
    } else {
      progress.stale++;
    }
    save();
    if (improved && bestFile != null) {
      Checkpoint.saveModel(bestFile, model);
    }
    listeners.forEach(l -> l.onEpoch(report));
  }

  // ---- Stopping ----

  /**
   * Asks {@link #fit} to end after the step under way, writing the checkpoint; the next call goes
   * on from there. Without a fit under way it ends the next one before its first step. Any thread
   * may call it.
   */
  public void requestStop() {
    stopRequested = true;
  }

  /**
   * Requests a stop and waits until no fit is under way, for shutdown hooks. Any thread but the
   * training one may call it.
   *
   * @return whether that was so in time
   */
  public boolean stopAndWait(Duration timeout) throws InterruptedException {
    requestStop();
    boolean stopped = idle.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS);
    if (stopped) {
      idle.release();
    }
    return stopped;
  }

  // ---- Use ----

  /** Loss and metrics of the model on data, as in inference. */
  public Evaluation evaluate(DataLoader data) {
    Sums sums = new Sums(metrics);
    long start = System.nanoTime();
    try (Epoch epoch = data.epoch(0);
        var _ = Execution.inference();
        var _ = Execution.noGrad()) {
      while (epoch.hasNext()) {
        try (var _ = Scope.open()) {
          Batch batch = epoch.next();
          Tensor output = model.forward(batch.x());
          sums.add(loss.apply(output, batch.y()).item(), output, batch.y(), batch.size());
        }
      }
    }
    sums.addNanos(System.nanoTime() - start);
    return sums.means();
  }

  /** The model's output as in inference, in the innermost scope; see {@link Layer#infer}. */
  public Tensor predict(Tensor x) {
    return model.infer(x);
  }

  /** Frees the copy of the best parameters. */
  @Override
  public void close() {
    best.close();
  }
}
