package dev.balboa.nn.train;

import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.optim.GradientClip;
import dev.balboa.nn.optim.LearningRate;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.optim.WeightAverage;
import dev.balboa.nn.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
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
  private final Settings settings;
  private final BestParameters best = new BestParameters();
  private final Semaphore idle = new Semaphore(1);
  private volatile boolean stopRequested;
  private Progress progress;

  /** A trainer of a built model. */
  public Trainer(Layer model, Optimizer optimizer, Loss loss) {
    settings = new Settings(model, optimizer, loss);
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
    String name = metric.name();
    boolean fits = isName(name) && !name.equals(Monitor.LOSS);
    if (!fits || settings.metrics.stream().anyMatch(m -> m.name().equals(name))) {
      throw new IllegalArgumentException(
          "trainer: expected a metric with a new name of letters, digits, - and _, got '"
              + name
              + "'");
    }
    settings.metrics.add(metric);
    return this;
  }

  private static boolean isName(String name) {
    return name.matches("[A-Za-z0-9_-]+");
  }

  /** Tells a listener how training goes. */
  public Trainer listener(TrainingListener listener) {
    Objects.requireNonNull(listener, "trainer: listener");
    if (listener instanceof StatefulListener stateful) {
      checkConfigurable("listeners with state");
      String name = stateful.name();
      if (!isName(name) || settings.stateful().stream().anyMatch(l -> l.name().equals(name))) {
        throw new IllegalArgumentException(
            "trainer: expected a listener with a new name of letters, digits, - and _, got '"
                + name
                + "'");
      }
    }
    settings.listeners.add(listener);
    return this;
  }

  /** Sets the learning rate of every step; without a schedule it stays the optimizer's. */
  public Trainer schedule(LearningRate learningRate) {
    settings.schedule = learningRate;
    return this;
  }

  /** Sets the momentum of every step; see {@link Optimizer#overrideMomentum}. */
  public Trainer momentum(LearningRate momentum) {
    settings.momentum = momentum;
    return this;
  }

  /** Reduces the learning rate when the monitored value does not improve any more. */
  public Trainer plateau(Plateau rule) {
    settings.plateau = rule;
    return this;
  }

  /** Clips gradients before every step, which also measures their norm. */
  public Trainer clip(GradientClip gradientClip) {
    settings.clip = gradientClip;
    return this;
  }

  /**
   * Keeps a moving average of the weights, which stands in for them wherever the model is judged or
   * handed out: in validation, {@link #evaluate} and {@link #predict}, for the best model and, with
   * early stopping, what is restored at the end. The model itself keeps the weights that are
   * trained. The average is part of checkpoints; closing it stays the caller's.
   */
  public Trainer average(WeightAverage weights) {
    checkConfigurable("the average of the weights");
    settings.average = Objects.requireNonNull(weights, "trainer: average");
    return this;
  }

  /**
   * Computes the model in mixed precision, in training and where it is judged: see {@link
   * Execution#mixedPrecision}. Parameters, gradients, optimizer, loss and metrics stay as they are.
   *
   * @throws UnsupportedOperationException if the backend in force has no BF16 arithmetic on this
   *     processor
   */
  public Trainer mixedPrecision() {
    checkConfigurable("precision");
    Execution.mixedPrecision().close();
    settings.mixed = true;
    return this;
  }

  /**
   * Makes a step of so many batches, fewer at the end of an epoch. The gradient is that of the mean
   * loss over all their samples, as of one large batch, for the memory of a small one; a loss is
   * taken to be a mean over the samples. Batch normalisation still sees the small batches.
   */
  public Trainer accumulate(int batches) {
    if (batches < 1) {
      throw new IllegalArgumentException("trainer: expected batches >= 1, got " + batches);
    }
    settings.accumulate = batches;
    return this;
  }

  /**
   * Checks what every operation of a training step makes. The first number that is infinite or not
   * a number ends training with a {@link DivergedException} that names the operation, its layer and
   * the element; see {@link Execution#checkFinite}. Without it a loss that is not finite ends
   * training too, but who made it is not known.
   */
  public Trainer detectAnomaly() {
    settings.detectAnomaly = true;
    return this;
  }

  /**
   * Captures the training step and replays it, see {@link CompiledStep}: the same numbers within
   * rounding, faster. Neither {@linkplain #accumulate accumulation} nor {@link #detectAnomaly} goes
   * with it.
   */
  public Trainer compile() {
    return compile(CompileOptions.defaults());
  }

  /** As {@link #compile()}, with other options. */
  public Trainer compile(CompileOptions options) {
    settings.capture = Objects.requireNonNull(options, "trainer: compile options");
    return this;
  }

  /** Evaluates on these data after every epoch. */
  public Trainer validation(DataLoader data) {
    settings.validation = data;
    return this;
  }

  /** Which value makes an epoch the best, the loss unless told. */
  public Trainer monitor(Monitor value) {
    checkConfigurable("monitor");
    settings.monitor = Objects.requireNonNull(value, "trainer: monitor");
    return this;
  }

  /** Ends training when the monitored value does not improve any more. */
  public Trainer earlyStopping(EarlyStopping rule) {
    settings.earlyStopping = rule;
    return this;
  }

  /** Writes a checkpoint to this file after every epoch and when a stop was requested. */
  public Trainer checkpoint(Path file) {
    settings.checkpointFile = file;
    return this;
  }

  /** Writes the checkpoint also after every so many steps. */
  public Trainer checkpointEvery(long steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("trainer: expected steps >= 1, got " + steps);
    }
    settings.checkpointSteps = steps;
    return this;
  }

  /** Writes the model to this file after every epoch that is the best so far. */
  public Trainer bestModel(Path file) {
    settings.bestFile = file;
    return this;
  }

  /** Seed of random layers such as dropout, 0 unless told. */
  public Trainer seed(long value) {
    checkConfigurable("seed");
    settings.seed = value;
    return this;
  }

  private Progress progress() {
    if (progress == null) {
      progress = new Progress(settings);
    }
    return progress;
  }

  // ---- Training ----

  /**
   * Goes on where a checkpoint was written: {@link #fit} continues as if it had not been
   * interrupted. Model, optimizer, metrics, listeners with state and data must be made as they were
   * then.
   *
   * @throws IllegalArgumentException if the checkpoint does not fit them
   */
  public void resume(Path file) throws IOException {
    new TrainingCheckpoint(settings, progress(), best).restore(file);
  }

  /** Epochs finished so far, also before a resumption. */
  public long epochs() {
    return progress == null ? 0 : progress.epoch;
  }

  /**
   * Trains until so many epochs are finished in all, those before a resumption or of earlier calls
   * included.
   *
   * @throws DivergedException if the loss is not finite, clipping finds a gradient that is not, or
   *     {@link #detectAnomaly} anything
   * @throws IllegalArgumentException if the monitor is not among loss and metrics, or the data are
   *     empty
   * @throws IOException if a checkpoint cannot be written
   */
  public History fit(DataLoader data, long epochs) throws IOException {
    check(data);
    if (!idle.tryAcquire()) {
      throw new IllegalStateException("trainer: fit is running already");
    }
    try {
      begin(data, epochs);
      TrainingLoop loop = new TrainingLoop(settings, progress, best, () -> stopRequested);
      StopReason reason = loop.run(data, epochs);
      if (reason == StopReason.REQUESTED) {
        stopRequested = false;
      }
      History history = new History(progress.reports, reason, progress.bestEpoch);
      settings.listeners.forEach(l -> l.onStop(history));
      return history;
    } finally {
      settings.optimizer.zeroGrad();
      idle.release();
    }
  }

  /** Refuses before anything is trained what could only fail after the first epoch. */
  private void check(DataLoader data) {
    if (settings.capture != null && (settings.accumulate > 1 || settings.detectAnomaly)) {
      throw new IllegalStateException(
          "trainer: a captured step is of one batch and not checked operation by operation; leave"
              + " out compile, or accumulate and detectAnomaly");
    }
    if (data.batches() == 0) {
      throw new IllegalArgumentException("trainer: expected data for at least one batch, got none");
    }
    String monitored = settings.monitor.name();
    if (!monitored.equals(Monitor.LOSS)
        && settings.metrics.stream().noneMatch(m -> m.name().equals(monitored))) {
      throw new IllegalArgumentException(
          "trainer: expected a monitor of loss or one of "
              + settings.metrics.stream().map(Metric::name).toList()
              + ", got '"
              + monitored
              + "'");
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
        new TrainingPlan(at.epoch, at.batch, at.step, epochs, data.batches(), data.samples());
    settings.listeners.forEach(l -> l.onStart(plan));
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
    try (var _ = settings.averaged()) {
      return TrainingLoop.evaluate(settings, data);
    }
  }

  /** The model's output as in inference, in the innermost scope; see {@link Layer#infer}. */
  public Tensor predict(Tensor x) {
    try (var _ = settings.averaged()) {
      return settings.forward().infer(x);
    }
  }

  /** Frees the copy of the best parameters. */
  @Override
  public void close() {
    best.close();
  }
}
