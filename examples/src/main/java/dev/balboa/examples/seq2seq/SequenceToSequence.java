package dev.balboa.examples.seq2seq;

import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.exec.NativeUnavailableException;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.optim.LearningRate;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.train.Checkpoint;
import dev.balboa.nn.train.History;
import dev.balboa.nn.train.LogListener;
import dev.balboa.nn.train.Trainer;
import dev.balboa.report.TrainingCurves;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains the sequence model on sums as texts, or asks a trained one. */
@Command(
    name = "seq2seq",
    description =
        "Trains a recurrent network that reads sums such as 247+086 character by character and"
            + " writes the answer, and asks it about sums that it has not seen.",
    mixinStandardHelpOptions = true)
public final class SequenceToSequence implements Callable<Integer> {
  private static final double LEARNING_RATE = 2e-3;
  private static final double LAST_LEARNING_RATE = 1e-5;
  private static final int TEST_BATCH = 1000;
  private static final int ASKED = 10;
  private static final Pattern SUM = Pattern.compile("(\\d{1,3})\\+(\\d{1,3})");

  @Option(
      names = "--epochs",
      description = "Passes over the data. Default: ${DEFAULT-VALUE}",
      defaultValue = "60")
  private int epochs;

  @Option(
      names = "--batch",
      description = "Sums in a step. Default: ${DEFAULT-VALUE}",
      defaultValue = "128")
  private int batch;

  @Option(
      names = "--samples",
      description = "Sums to train on. Default: ${DEFAULT-VALUE}",
      defaultValue = "45000")
  private int samples;

  @Option(
      names = "--test",
      description = "Sums to test on, none of which is trained on. Default: ${DEFAULT-VALUE}",
      defaultValue = "5000")
  private int test;

  @Option(
      names = "--seed",
      description = "Of data, first parameters and shuffling. Default: ${DEFAULT-VALUE}",
      defaultValue = "42")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where model and curve are. Default: ${DEFAULT-VALUE}",
      defaultValue = "out/seq2seq")
  private Path out;

  @Parameters(
      paramLabel = "SUM",
      arity = "0..*",
      description =
          "Sums such as 247+86: the trained model in --out is asked, and nothing trained.")
  private List<String> sums = List.of();

  private final PrintStream log = System.out;

  /** Runs the command and ends the JVM with its exit status. */
  public static void main(String[] args) {
    System.setProperty("java.awt.headless", "true");
    System.exit(execute(args));
  }

  /** Runs the command: 0 if it did what it should, 1 if not, 2 if the arguments are wrong. */
  static int execute(String... args) {
    return new CommandLine(new SequenceToSequence())
        .setExecutionExceptionHandler(SequenceToSequence::report)
        .execute(args);
  }

  /** Mistakes that a user can mend are told in a line, others with where they happened. */
  private static int report(Exception e, CommandLine command, CommandLine.ParseResult arguments)
      throws Exception {
    if (e instanceof IOException
        || e instanceof IllegalArgumentException
        || e instanceof NativeUnavailableException) {
      boolean bare = e instanceof NoSuchFileException missing && missing.getReason() == null;
      command.getErr().println("seq2seq: " + e.getMessage() + (bare ? ": no such file" : ""));
      return 1;
    }
    throw e;
  }

  @Override
  public Integer call() throws IOException {
    if (sums.isEmpty()) {
      train();
    } else {
      List<String> questions = sums.stream().map(SequenceToSequence::question).toList();
      try (Sequential network = load()) {
        ask(network, questions);
      }
    }
    return 0;
  }

  /** {@code 247+86} as {@code 247+086}. */
  private static String question(String sum) {
    var matcher = SUM.matcher(sum);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "expected a sum of two numbers below 1000, such as 247+86, got '" + sum + "'");
    }
    return Additions.question(
        Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  private Path model() {
    return out.resolve("model.safetensors");
  }

  private Sequential load() throws IOException {
    Sequential network = AdditionNetwork.create(0);
    boolean done = false;
    try {
      Checkpoint.loadModel(model(), network);
      done = true;
      return network;
    } finally {
      if (!done) {
        network.close();
      }
    }
  }

  private void train() throws IOException {
    Additions.Split data = Additions.Split.random(samples, test, seed);
    log.printf(
        Locale.ROOT,
        "data: %,d sums to train on, %,d others to test on, of %,d%n",
        samples,
        test,
        Additions.ALL);
    Files.createDirectories(out);
    DataLoader loader = new DataLoader(data.train(), batch).shuffle(seed);
    DataLoader held = new DataLoader(data.test(), TEST_BATCH);
    TrainingCurves curves = new TrainingCurves();
    long steps = (long) epochs * loader.batches();
    try (var _ = Scope.open();
        Sequential network = AdditionNetwork.create(seed);
        Adam adam = new Adam(network.parameters(), LEARNING_RATE);
        Trainer trainer = new Trainer(network, adam, Losses::tokenCrossEntropy)) {
      log.println();
      log.print(network.summary());
      log.println();
      trainer
          .schedule(LearningRate.cosine(LEARNING_RATE, LAST_LEARNING_RATE, steps))
          .metric(AdditionNetwork.digits())
          .metric(AdditionNetwork.answers())
          .validation(held)
          .listener(new LogListener(log))
          .listener(curves);
      History history = trainer.fit(loader, epochs);
      Checkpoint.saveModel(model(), network);
      curves.figure("sums of three digits", history).write(out.resolve("curve.png"));
      double seconds = history.epochs().stream().mapToDouble(e -> e.training().seconds()).sum();
      Map<String, Double> right = history.epochs().getLast().decisive().metrics();
      log.printf(
          Locale.ROOT,
          "right in the test set: %.2f %% of the digits, %.2f %% of the answers; trained for %.0f"
              + " s%n",
          100 * right.get("digits"),
          100 * right.get("answers"),
          seconds);
      log.println("saved " + model() + " and " + out.resolve("curve.png"));
    }
    try (Sequential network = load()) {
      log.println();
      log.println("the saved model, asked about sums of the test set:");
      ask(
          network,
          IntStream.range(0, Math.min(ASKED, test)).mapToObj(data.test()::question).toList());
    }
  }

  private void ask(Layer network, List<String> questions) {
    for (String question : questions) {
      String got = AdditionNetwork.ask(network, question);
      int sum =
          Integer.parseInt(question.substring(0, 3)) + Integer.parseInt(question.substring(4));
      String right = Integer.parseInt(got) == sum ? "" : "   wrong, it is " + sum;
      log.println("  " + question + " = " + got + right);
    }
  }
}
