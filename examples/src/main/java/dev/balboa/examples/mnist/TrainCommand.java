package dev.balboa.examples.mnist;

import dev.balboa.examples.common.StopOnInterrupt;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.NativeUnavailableException;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.AllocatorMetrics;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.LearningRate;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.train.Checkpoint;
import dev.balboa.nn.train.EpochReport;
import dev.balboa.nn.train.History;
import dev.balboa.nn.train.LogListener;
import dev.balboa.nn.train.Metric;
import dev.balboa.nn.train.StopReason;
import dev.balboa.nn.train.Trainer;
import dev.balboa.report.Figure;
import dev.balboa.report.TrainingCurves;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains the network, saves it, and asks it about test digits in a fresh process. */
@Command(
    name = "train",
    description = "Trains the network, saves it, and asks it about test digits in a new process.",
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  private static final double LEARNING_RATE = 1e-3;
  private static final double LAST_LEARNING_RATE = 1e-5;
  private static final int TEST_BATCH = 500;
  private static final int COMPARED_STEPS = 3;
  private static final int COMPARED_BATCH = 16;
  private static final int INTERRUPTED = 130;

  @Mixin private DataOptions data;

  @Option(
      names = "--backend",
      description = "native or reference. Default: native",
      defaultValue = "native")
  private Engine backend;

  @Option(
      names = "--epochs",
      description = "Passes over the data. Default: ${DEFAULT-VALUE}",
      defaultValue = "5")
  private int epochs;

  @Option(
      names = "--batch",
      description = "Pictures in a step. Default: ${DEFAULT-VALUE}",
      defaultValue = "128")
  private int batch;

  @Option(names = "--threads", description = "Native threads. Default: one a core.")
  private Integer threads;

  @Option(
      names = "--seed",
      description = "Of first parameters and shuffling. Default: ${DEFAULT-VALUE}",
      defaultValue = "42")
  private long seed;

  @Option(
      names = "--samples",
      description = "Train on the first so many pictures only; all are tested on.")
  private Integer samples;

  @Option(
      names = "--resume",
      description = "Go on from the checkpoint in --out, with the same options as before.")
  private boolean resume;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where model, checkpoint and curve are written. Default: ${DEFAULT-VALUE}",
      defaultValue = "out/mnist")
  private Path out;

  private final PrintStream log = System.out;

  @Override
  public Integer call() throws IOException {
    checkOptions();
    Engine.threads(threads);
    Digits digits = data.load(log);
    if (samples != null) {
      digits = digits.limited(samples);
    }
    log.println("data: " + digits.description());
    Files.createDirectories(out);
    compare(digits);
    Allocator.shared().resetPeak();
    StopReason reason = train(digits);
    if (reason == StopReason.REQUESTED) {
      return INTERRUPTED;
    }
    return askAFreshProcess(digits);
  }

  private void checkOptions() throws IOException {
    if (epochs < 1 || batch < 1 || (samples != null && samples < 1)) {
      throw new IllegalArgumentException(
          "expected --epochs, --batch and --samples >= 1, got "
              + epochs
              + ", "
              + batch
              + ", "
              + samples);
    }
    if (resume && !Files.isRegularFile(checkpoint())) {
      throw new IOException("--resume: there is no checkpoint " + checkpoint());
    }
  }

  private Path checkpoint() {
    return out.resolve("checkpoint.safetensors");
  }

  private Path model() {
    return out.resolve("model.safetensors");
  }

  private void compare(Digits digits) {
    int side = digits.format().side();
    try {
      log.println(
          BackendComparison.run(digits.train(), side, seed, COMPARED_STEPS, COMPARED_BATCH));
    } catch (NativeUnavailableException e) {
      if (backend == Engine.NATIVE) {
        throw e;
      }
      log.println("the native backend is not compared with the reference: " + e.getMessage());
    }
  }

  private StopReason train(Digits digits) throws IOException {
    DataLoader loader = new DataLoader(digits.train(), batch).shuffle(seed);
    long steps = (long) epochs * loader.batches();
    TrainingCurves curves = new TrainingCurves();
    try (var _ = Scope.open();
        var _ = Execution.on(backend.executor());
        Sequential network = Network.create(digits.format().side(), seed);
        Adam adam = new Adam(network.parameters(), LEARNING_RATE);
        Trainer trainer = new Trainer(network, adam, Losses::crossEntropy);
        ProgressListener progress = new ProgressListener()) {
      log.println();
      log.print(network.summary());
      log.println();
      trainer
          .metric(Metric.accuracy())
          .schedule(LearningRate.cosine(LEARNING_RATE, LAST_LEARNING_RATE, steps))
          .validation(new DataLoader(digits.test(), TEST_BATCH))
          .checkpoint(checkpoint())
          .listener(curves);
      if (isTerminal()) {
        trainer.listener(progress);
      }
      trainer.listener(new LogListener(log));
      if (resume) {
        trainer.resume(checkpoint());
      }
      History history = new StopOnInterrupt(trainer, log, checkpoint()).fit(loader, epochs);
      if (history.reason() != StopReason.REQUESTED) {
        Checkpoint.saveModel(model(), network);
        Figure curve = curves.figure(digits.description(), history);
        curve.write(out.resolve("curve.png"));
        curve.write(out.resolve("curve.svg"));
        report(history);
      }
      return history.reason();
    }
  }

  @SuppressWarnings("SystemConsoleNull") // it is null again in JDK 25 where there is no terminal
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private void report(History history) {
    EpochReport last = history.epochs().get(history.epochs().size() - 1);
    double seconds = history.epochs().stream().mapToDouble(e -> e.training().seconds()).sum();
    long trained = history.epochs().stream().mapToLong(e -> e.training().samples()).sum();
    AllocatorMetrics memory = Allocator.shared().metrics();
    log.printf(
        Locale.ROOT,
        "test accuracy %.2f %%, throughput %,.0f samples/s in training and %,.0f in testing%n",
        100 * last.decisive().value("accuracy"),
        trained / seconds,
        last.decisive().samplesPerSecond());
    log.printf(
        Locale.ROOT,
        "peak off-heap memory: tensors %.1f MiB, mapped %.1f MiB%n",
        memory.peakBytes() / 1048576.0,
        memory.slabBytes() / 1048576.0);
    log.println("saved " + model() + " and " + out.resolve("curve.png"));
    log.println();
  }

  private int askAFreshProcess(Digits digits) throws IOException {
    log.println("a new process loads the model and is asked:");
    log.flush();
    List<String> arguments =
        new ArrayList<>(
            List.of("predict", "--model", model().toString(), "--backend", backend.toString()));
    arguments.addAll(data.arguments());
    if (threads != null) {
      arguments.addAll(List.of("--threads", threads.toString()));
    }
    int status = FreshProcess.run(arguments);
    if (status != 0) {
      log.println("asking the model about " + digits.description() + " failed: " + status);
    }
    return status;
  }
}
