package dev.balboa.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * Measures the plain-C programs of native/bench: the same libraries without Java. They print {@code
 * name value unit} lines, where a {@code name value ns} line is the median of a run, and take
 * {@code --seconds S} and the beginning of the names wanted.
 */
final class BaselineMeasurer implements Measurer {
  /** The contender's name. */
  static final String NAME = "c";

  private final Options options;
  private final Path directory;
  private final Path logs;

  /**
   * A way to do a task in C. The convolutions run in the layouts that oneDNN prefers, without a
   * reorder.
   *
   * @param program the file name of the program
   * @param prefix what the names asked for begin with
   * @param names whose times are added up
   * @param label what is said of it in the table
   */
  private record Way(String program, String prefix, List<String> names, String label) {}

  /**
   * @param directory where the programs are
   * @param logs the directory for what they print
   */
  BaselineMeasurer(Options options, Path directory, Path logs) {
    this.options = options;
    this.directory = directory;
    this.logs = logs;
  }

  @Override
  public String contender() {
    return NAME;
  }

  @Override
  public boolean forOrientation() {
    return false;
  }

  @Override
  public String description() {
    return "plain C on the same oneDNN and OpenBLAS (native/bench), layouts as oneDNN prefers them, "
        + options.threads()
        + " threads";
  }

  /** The fastest way's time, as one value for the round. */
  @Override
  public Optional<Sample> measure(Task task, int round) {
    Optional<Sample> best = Optional.empty();
    for (Way way : ways(task)) {
      OptionalDouble micros = micros(way, run(way, task, round));
      if (micros.isPresent()
          && (best.isEmpty() || micros.getAsDouble() < best.get().micros().getFirst())) {
        List<Double> values = List.of(micros.getAsDouble());
        best =
            Optional.of(new Sample(NAME, task, round, values, Double.NaN, way.label(), Double.NaN));
      }
    }
    return best;
  }

  private static List<Way> ways(Task task) {
    return switch (task) {
      case Task.Sgemm(int m, int k, int n) -> {
        String sizes = "." + m + "x" + n + "x" + k;
        yield List.of(
            new Way(
                "baseline_ops", "sgemm" + sizes, List.of("sgemm" + sizes), "OpenBLAS's threads"),
            new Way(
                "baseline_ops",
                "sgemm_openmp" + sizes,
                List.of("sgemm_openmp" + sizes),
                "OpenMP's threads"));
      }
      case Task.Conv2d conv -> List.of(convolution(conv));
      case Task.TrainStep(int batch) -> List.of(network("train", batch));
      case Task.Inference(int batch) -> List.of(network("infer", batch));
      case Task.Recurrent recurrent -> recurrent(recurrent);
      case Task.ModelInference _, Task.ModelStep _, Task.Add _, Task.LinearStep _ -> List.of();
    };
  }

  private static Way convolution(Task.Conv2d conv) {
    String prefix =
        String.format(
            Locale.ROOT,
            "conv.%dx%dx%d.%d.n%d",
            conv.inChannels(),
            conv.size(),
            conv.size(),
            conv.outChannels(),
            conv.batch());
    List<String> names =
        conv.direction() == Task.Direction.FORWARD
            ? List.of(prefix + ".forward")
            : conv.needsInputGradient()
                ? List.of(prefix + ".backward_data", prefix + ".backward_weights")
                : List.of(prefix + ".backward_weights");
    return new Way("baseline_ops", prefix, names, "");
  }

  private static Way network(String what, int batch) {
    String name = "cnn." + what + ".n" + batch;
    return new Way("baseline_cnn", name, List.of(name), "");
  }

  /** By oneDNN's primitive and by Balboa's kernel; the faster one counts. */
  private static List<Way> recurrent(Task.Recurrent task) {
    String cell =
        switch (task.cell()) {
          case LSTM -> "lstm";
          case GRU -> "lbr_gru";
          case TANH -> "tanh";
        };
    String prefix =
        String.format(
            Locale.ROOT,
            "rnn.%s.n%d.t%d.c%d.h%d.%s.",
            cell,
            Task.Recurrent.BATCH,
            Task.Recurrent.LENGTH,
            Task.Recurrent.INPUTS,
            Task.Recurrent.UNITS,
            task.gradients() ? "step" : "inference");
    return Stream.of("onednn", "balboa")
        .map(by -> new Way("baseline_rnn", prefix + by, List.of(prefix + by), by))
        .toList();
  }

  private static OptionalDouble micros(Way way, Map<String, Double> nanos) {
    double sum = 0;
    for (String name : way.names()) {
      Double value = nanos.get(name);
      if (value == null) {
        return OptionalDouble.empty();
      }
      sum += value / 1e3;
    }
    return OptionalDouble.of(sum);
  }

  /** Name to nanoseconds. */
  private Map<String, Double> run(Way way, Task task, int round) {
    Path program = directory.resolve(way.program());
    if (!Files.isExecutable(program)) {
      throw new IllegalStateException(
          "no program " + program + ": build native/ first, or leave out contender '" + NAME + "'");
    }
    Options.Effort effort = options.effort();
    double seconds = effort.iterations() * effort.iterationMillis() / 1e3;
    Path log =
        logs.resolve(NAME + "-" + task.name() + "-" + way.prefix() + "-round" + round + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(program.toString(), "--seconds", Double.toString(seconds), way.prefix())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    String threads = Integer.toString(options.threads());
    builder.environment().put("OMP_NUM_THREADS", threads);
    builder.environment().put("OPENBLAS_NUM_THREADS", threads);
    try {
      int status = builder.start().waitFor();
      if (status != 0) {
        throw new IllegalStateException(program + " ended with status " + status + ", see " + log);
      }
      return parse(Files.readAllLines(log, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + program, e);
    }
  }

  static Map<String, Double> parse(List<String> lines) {
    Map<String, Double> nanos = new HashMap<>();
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      if (words.length == 3 && words[2].equals("ns")) {
        nanos.put(words[0], Double.valueOf(words[1]));
      }
    }
    return nanos;
  }
}
