package dev.balboa.examples.lm;

import dev.balboa.examples.common.StopOnInterrupt;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.text.LanguageModelDataset;
import dev.balboa.nn.generate.TransformerLanguageModel;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.AdamW;
import dev.balboa.nn.optim.GradientClip;
import dev.balboa.nn.optim.LearningRate;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.train.EpochReport;
import dev.balboa.nn.train.History;
import dev.balboa.nn.train.LogListener;
import dev.balboa.nn.train.Metric;
import dev.balboa.nn.train.StopReason;
import dev.balboa.nn.train.Trainer;
import dev.balboa.report.TrainingCurves;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains the model, saves it, draws the learning curve and lets the model write. */
@Command(
    name = "train",
    description = "Trains the model, saves it, draws the learning curve, lets the model write.",
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  private static final double LAST_RATE = 0.05;
  private static final int WARM_UP = 100;
  private static final int INTERRUPTED = 130;
  private static final int SAMPLE = 300;
  private static final int LINES = 20;
  private static final long CHECKPOINT_STEPS = 250;

  @Spec private CommandSpec spec;

  @Option(names = "--embedded", description = "Use the small embedded text.")
  private boolean embedded;

  @Option(
      names = "--epochs",
      description = "Passes over the text. Default: ${DEFAULT-VALUE}",
      defaultValue = "2")
  private int epochs;

  @Option(
      names = "--batch",
      description = "Windows in a step. Default: ${DEFAULT-VALUE}",
      defaultValue = "16")
  private int batch;

  @Option(
      names = "--context",
      description = "Characters that the model sees. Default: ${DEFAULT-VALUE}",
      defaultValue = "128")
  private int context;

  @Option(names = "--layers", description = "Blocks. Default: ${DEFAULT-VALUE}", defaultValue = "4")
  private int layers;

  @Option(
      names = "--width",
      description = "Of the blocks, a multiple of --heads. Default: ${DEFAULT-VALUE}",
      defaultValue = "128")
  private int width;

  @Option(
      names = "--heads",
      description = "Of attention. Default: ${DEFAULT-VALUE}",
      defaultValue = "4")
  private int heads;

  @Option(
      names = "--rate",
      description = "Highest learning rate. Default: ${DEFAULT-VALUE}",
      defaultValue = "2e-3")
  private double rate;

  @Option(
      names = "--seed",
      description = "Of first parameters, order and samples. Default: ${DEFAULT-VALUE}",
      defaultValue = "42")
  private long seed;

  @Option(
      names = "--resume",
      description = "Go on from the checkpoint in --out, with the same options as before.")
  private boolean resume;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where model, checkpoint and curve are written. Default: ${DEFAULT-VALUE}",
      defaultValue = "out/lm")
  private Path out;

  @Override
  public Integer call() throws IOException {
    if (epochs < 1 || batch < 1 || context < 2) {
      throw new IllegalArgumentException(
          "expected --epochs and --batch >= 1 and --context >= 2, got %d, %d and %d"
              .formatted(epochs, batch, context));
    }
    Path checkpoint = out.resolve("checkpoint.safetensors");
    if (resume && !Files.isRegularFile(checkpoint)) {
      throw new IOException("--resume: there is no checkpoint " + checkpoint);
    }
    PrintStream log = System.out;
    Corpus corpus = embedded ? Corpus.embedded() : Corpus.fetched(log);
    log.println("data: " + corpus.description());
    Files.createDirectories(out);
    Network network =
        new Network(
            Characters.of(corpus.training() + corpus.heldOut()), context, layers, width, heads);
    try (var _ = Scope.open();
        TransformerLanguageModel model = network.create(seed)) {
      log.print(model.summary());
      log.println();
      History history = train(corpus, network, model, checkpoint, log);
      if (history.reason() == StopReason.REQUESTED) {
        return INTERRUPTED;
      }
      report(history, log);
      log.println();
      PrintWriter writer = spec.commandLine().getOut();
      for (Method method : Method.all()) {
        int length = Math.min(SAMPLE, 4 * context);
        GenerateCommand.write(network, model, method, "And God said", length, seed, writer);
      }
    }
    return 0;
  }

  private History train(
      Corpus corpus,
      Network network,
      TransformerLanguageModel model,
      Path checkpoint,
      PrintStream log)
      throws IOException {
    DataLoader training =
        new DataLoader(windows(corpus.training(), network), batch).shuffle(seed).dropLast();
    DataLoader heldOut = new DataLoader(windows(corpus.heldOut(), network), batch);
    long steps = (long) epochs * training.batches();
    Allocator.shared().resetPeak();
    TrainingCurves curves = new TrainingCurves();
    try (AdamW adam = new AdamW(model.parameters(), rate).betas(0.9, 0.99).weightDecay(0.1);
        Trainer trainer = new Trainer(model, adam, Losses::tokenCrossEntropy)) {
      trainer
          .compile()
          .schedule(LearningRate.cosine(rate, LAST_RATE * rate, steps).warmUp(WARM_UP))
          .clip(GradientClip.globalNorm(1))
          .metric(Metric.perplexity().of(logits -> logits.permute(0, 2, 1)))
          .validation(heldOut)
          .checkpoint(checkpoint)
          .checkpointEvery(CHECKPOINT_STEPS)
          .listener(new LogListener(log).every(Math.max(1, steps / LINES)))
          .listener(curves)
          .seed(seed);
      if (resume) {
        trainer.resume(checkpoint);
      }
      History history = new StopOnInterrupt(trainer, log, checkpoint).fit(training, epochs);
      if (history.reason() != StopReason.REQUESTED) {
        network.save(out.resolve("model.safetensors"), model);
        curves.figure(corpus.name(), history).write(out.resolve("curve.png"));
      }
      return history;
    }
  }

  private static LanguageModelDataset windows(String text, Network network) {
    return new LanguageModelDataset(network.characters().encode(text), network.context());
  }

  private void report(History history, PrintStream log) {
    EpochReport last = history.epochs().getLast();
    double nats = last.decisive().loss();
    double seconds = history.epochs().stream().mapToDouble(e -> e.training().seconds()).sum();
    long samples = history.epochs().stream().mapToLong(e -> e.training().samples()).sum();
    log.printf(
        Locale.ROOT,
        "held out: %.4f bits per character, perplexity %.3f%n",
        nats / Math.log(2),
        Math.exp(nats));
    log.printf(
        Locale.ROOT,
        "trained on %,d characters in %.0f s, %,.0f characters/s; peak memory of tensors %.0f"
            + " MiB%n",
        samples * context,
        seconds,
        samples * context / seconds,
        Allocator.shared().metrics().peakBytes() / 1048576.0);
    log.println("saved " + out.resolve("model.safetensors") + " and " + out.resolve("curve.png"));
  }
}
