package dev.balboa.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The command line of {@link Bench}.
 *
 * @param effort how long to measure
 * @param threads threads for every contender
 * @param contenders the names of the contenders wanted; empty for all
 * @param filters a task takes part if its name contains a match of any of these; empty for all of
 *     the effort's tasks
 * @param writePage whether the table goes into docs/performance.md
 */
record Options(
    Effort effort, int threads, List<String> contenders, List<Pattern> filters, boolean writePage) {
  static final String USAGE =
      """
      usage: scripts/bench [--quick | --full] [--threads N] [--rounds N] [--contenders A,B] [--write] [--list] [FILTER...]

      Measures tasks by contenders in interleaved rounds and prints a table.
        --quick        a few tasks, two short rounds: under three minutes
        --full         all tasks, five long rounds: some hours; implies --write
                       (neither: the tasks that have a target, three rounds: about 35 minutes)
        --threads N    threads for every contender; default: one for each processor
        --rounds N     instead of the number of rounds above
        --contenders   comma-separated names; default: all
        --write        put the tables between the markers of docs/performance.md, and the chart beside it
        --list         say what tasks and contenders there are
        FILTER         regular expressions; tasks whose name has a match of one of them\
      """;

  /** Which tasks take part. */
  enum Selection {
    /** An example of each kind. */
    FEW,
    /** Those that have a {@link Target}. */
    WITH_TARGET,
    /** Every one. */
    ALL;

    private static final List<String> QUICK =
        List.of(
            "sgemm-256",
            "conv2-forward-b32",
            "cnn-train-b1",
            "cnn-train-b128",
            "cnn-infer-b1",
            "add-16");

    boolean has(Task task) {
      return switch (this) {
        case FEW -> QUICK.contains(task.name());
        case WITH_TARGET -> !Target.of(task).isEmpty();
        case ALL -> true;
      };
    }
  }

  /**
   * How long to measure. A measurement is a forked JVM with warm-up iterations and measured ones.
   *
   * @param modelRounds the most rounds for whole models, which take long
   * @param eagerRounds the most rounds for eager execution where a captured program stands beside
   *     it
   * @param settleMillis the most to wait for the JVM's compiler before that ({@link CompilerRest})
   * @param tasks what takes part where no filter is given
   * @param orientationFlops the largest task that contenders for orientation do
   */
  record Effort(
      int rounds,
      int modelRounds,
      int eagerRounds,
      int settleMillis,
      int warmUps,
      int warmUpMillis,
      int iterations,
      int iterationMillis,
      Selection tasks,
      double orientationFlops) {
    static Effort quick() {
      return new Effort(2, 2, 2, 0, 1, 400, 3, 250, Selection.FEW, 5e8);
    }

    static Effort standard() {
      return new Effort(3, 2, 1, 8000, 2, 400, 3, 300, Selection.WITH_TARGET, 1e8);
    }

    static Effort full() {
      return new Effort(5, 5, 5, 8000, 4, 1000, 5, 1000, Selection.ALL, Double.POSITIVE_INFINITY);
    }

    private Effort withRounds(int number) {
      return new Effort(
          number,
          number,
          number,
          settleMillis,
          warmUps,
          warmUpMillis,
          iterations,
          iterationMillis,
          tasks,
          orientationFlops);
    }

    /** How many rounds a contender does a task in. */
    int rounds(String contender, Task task) {
      int most = task.group() == Task.Group.MODEL ? Math.min(rounds, modelRounds) : rounds;
      boolean besideCaptured =
          contender.equals(Target.NATIVE) && Contender.named(Target.CAPTURED).takesPart(task);
      return besideCaptured ? Math.min(most, eagerRounds) : most;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d interleaved rounds, %d for whole models, %d for native where captured stands beside it; each a fresh JVM that waits for its compiler, up to %.1f s, then warms up for %d x %d ms, then %d x %d ms measured",
          rounds,
          Math.min(rounds, modelRounds),
          Math.min(rounds, eagerRounds),
          settleMillis / 1e3,
          warmUps,
          warmUpMillis,
          iterations,
          iterationMillis);
    }
  }

  /** Reads the command line; IllegalArgumentException with what is wrong with it. */
  static Options parse(String... arguments) {
    Effort effort = Effort.standard();
    int threads = Runtime.getRuntime().availableProcessors();
    int rounds = 0;
    List<String> contenders = List.of();
    List<Pattern> filters = new ArrayList<>();
    boolean writePage = false;
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--quick" -> effort = Effort.quick();
        case "--full" -> {
          effort = Effort.full();
          writePage = true;
        }
        case "--threads" -> threads = number(arguments, ++i);
        case "--rounds" -> rounds = number(arguments, ++i);
        case "--contenders" -> contenders = List.of(value(arguments, ++i).split(","));
        case "--write" -> writePage = true;
        default -> filters.add(filter(arguments[i]));
      }
    }
    if (rounds > 0) {
      effort = effort.withRounds(rounds);
    }
    return new Options(effort, threads, contenders, List.copyOf(filters), writePage);
  }

  /** The tasks to measure, in the order of the table. */
  List<Task> tasks() {
    return Task.all().stream().filter(this::wants).toList();
  }

  /** The probes to run: all, or those that a filter matches; none without the native contender. */
  List<ProbeMeasurer.Probe> probes() {
    return Arrays.stream(ProbeMeasurer.Probe.values())
        .filter(_ -> wants("native"))
        .filter(probe -> filters.isEmpty() || matches(probe.label()))
        .toList();
  }

  boolean wants(String contender) {
    return contenders.isEmpty() || contenders.contains(contender);
  }

  private boolean wants(Task task) {
    return filters.isEmpty() ? effort.tasks().has(task) : matches(task.name());
  }

  private boolean matches(String name) {
    return filters.stream().anyMatch(filter -> filter.matcher(name).find());
  }

  private static Pattern filter(String argument) {
    if (argument.startsWith("-")) {
      throw new IllegalArgumentException("unknown option " + argument);
    }
    return Pattern.compile(argument);
  }

  private static String value(String[] arguments, int index) {
    if (index == arguments.length) {
      throw new IllegalArgumentException(arguments[index - 1] + " needs a value");
    }
    return arguments[index];
  }

  private static int number(String[] arguments, int index) {
    String value = value(arguments, index);
    if (!value.matches("[1-9][0-9]{0,3}")) {
      throw new IllegalArgumentException(
          arguments[index - 1] + " needs a number from 1 to 9999, got " + value);
    }
    return Integer.parseInt(value);
  }
}
