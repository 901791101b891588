package dev.balboa.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * Measures every operation, at two sizes, forward and with gradients, on Balboa's backends and on
 * PyTorch. Each contender has a process of its own, started anew for each fork; they take turns at
 * each task, in another order each time, and only one works at a time. Run from the root of the
 * project, as {@code scripts/bench ops} does.
 */
public final class OpBench {
  private static final String USAGE =
      """
      usage: scripts/bench ops [--write] [--forks N] [--turns N] [--threads N] [--contenders A,B] [--list] [FILTER...]
        --write        put the table into docs/op-performance.md
        --forks N      how often the processes are started anew (2)
        --turns N      turns of each contender at a task in a fork (3)
        FILTER         regular expressions; tasks whose key, such as conv2d/large/backward, has a match of one of them\
      """;

  /** Before the first task: the JVM compiles what all of them go through. */
  private static final int FIRST_WARM_UP_MILLIS = 2000;

  private static final int WARM_UP_MILLIS = 120;
  private static final int TURN_MILLIS = 60;
  private static final int ORIENTATION_MILLIS = 20;

  private int forks = 2;
  private int turns = 3;
  private int threads = Runtime.getRuntime().availableProcessors();
  private boolean write;
  private List<String> contenders = List.of();
  private final List<Pattern> filters = new ArrayList<>();

  private final Map<OpTask, OpTimes> results = new LinkedHashMap<>();
  private final Map<String, String> descriptions = new LinkedHashMap<>();
  private final List<String> failures = new ArrayList<>();
  private final PrintStream progress = System.err;

  private OpBench() {}

  /** Ends with status 2 on wrong arguments and 1 if contenders disagree on a result. */
  public static void main(String[] arguments) throws IOException {
    List<String> words = Arrays.asList(arguments);
    if (words.contains("--help")) {
      System.out.println(USAGE);
    } else if (words.contains("--list")) {
      OpTable.all().forEach(task -> System.out.println(task.key()));
    } else {
      OpBench bench = new OpBench();
      try {
        bench.parse(words);
      } catch (IllegalArgumentException e) {
        System.err.println(e.getMessage() + "\n" + USAGE);
        System.exit(2);
      }
      if (!bench.run()) {
        System.exit(1);
      }
    }
  }

  private void parse(List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      switch (words.get(i)) {
        case "--write" -> write = true;
        case "--forks" -> forks = Integer.parseInt(value(words, ++i));
        case "--turns" -> turns = Integer.parseInt(value(words, ++i));
        case "--threads" -> threads = Integer.parseInt(value(words, ++i));
        case "--contenders" -> contenders = List.of(value(words, ++i).split(","));
        case String word when word.startsWith("-") ->
            throw new IllegalArgumentException("unknown option " + word);
        case String word -> filters.add(Pattern.compile(word));
      }
    }
  }

  private static String value(List<String> words, int index) {
    if (index == words.size()) {
      throw new IllegalArgumentException(words.get(index - 1) + " needs a value");
    }
    return words.get(index);
  }

  private boolean run() throws IOException {
    Machine machine = Machine.here();
    Path directory = Files.createDirectories(Path.of("bench", "target", "bench"));
    List<OpTask> tasks =
        OpTable.all().stream()
            .filter(task ->
                filters.isEmpty() || filters.stream().anyMatch(f -> f.matcher(task.key()).find()))
            .toList();
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("no operation has a match of " + filters);
    }
    tasks.forEach(task -> results.put(task, new OpTimes(task)));
    for (int fork = 0; fork < forks; fork++) {
      fork(fork, tasks, directory);
    }
    // What looks slower is measured again in processes of its own: a disturbance does not last.
    List<OpTask> suspects =
        tasks.stream().filter(task -> OpReport.isSlower(results.get(task))).toList();
    for (int fork = forks; fork < 2 * forks && !suspects.isEmpty(); fork++) {
      fork(fork, suspects, directory);
    }
    String effort =
        "%d forks of %d turns each, and as many again for what looked slower (%d tasks); %d ms of warm-up at each task, then %d ms a turn; %d threads."
            .formatted(forks, turns, suspects.size(), WARM_UP_MILLIS, TURN_MILLIS, threads);
    List<OpTimes> times = List.copyOf(results.values());
    String page = new OpReport(machine, effort, descriptions, times, reasons()).markdown();
    Files.writeString(directory.resolve("ops.md"), page);
    System.out.println(page);
    if (write) {
      Files.writeString(Path.of("docs", "op-performance.md"), page);
    }
    times.forEach(t -> t.disagreement().ifPresent(failures::add));
    failures.forEach(progress::println);
    return failures.isEmpty();
  }

  private void fork(int fork, List<OpTask> tasks, Path directory) throws IOException {
    List<OpProcess> processes = new ArrayList<>();
    try {
      for (OpContender contender : OpContender.all()) {
        boolean wanted = contenders.isEmpty() || contenders.contains(contender.name());
        if (wanted && (fork == 0 || !contender.forOrientation())) {
          Path log = directory.resolve("ops-" + contender.name() + "-" + fork + ".log");
          OpProcess process = new OpProcess(contender, threads, log);
          processes.add(process);
          descriptions.put(contender.name(), process.description());
        }
      }
      for (OpProcess process : processes) {
        if (!process.contender().forOrientation() && process.prepare(tasks.get(0)).isPresent()) {
          process.time(FIRST_WARM_UP_MILLIS);
        }
      }
      for (int i = 0; i < tasks.size(); i++) {
        OpTask task = tasks.get(i);
        try {
          measure(results.get(task), processes, i + fork);
        } catch (IllegalStateException e) {
          failures.add(e.getMessage());
          progress.println("FAILED: " + e.getMessage());
        }
        progress.printf(
            "fork %d  %d/%d  %s  %s%n",
            fork + 1, i + 1, tasks.size(), task.key(), results.get(task).summary());
      }
    } finally {
      processes.forEach(OpProcess::close);
    }
  }

  private void measure(OpTimes times, List<OpProcess> processes, int first) {
    List<OpProcess> racing = new ArrayList<>();
    for (OpProcess process : processes) {
      String name = process.contender().name();
      Optional<OpProcess.Ready> ready = process.prepare(times.task());
      ready.ifPresent(r -> times.ready(name, r));
      if (ready.isPresent() && process.contender().forOrientation()) {
        times.add(name, process.time(ORIENTATION_MILLIS));
      } else if (ready.isPresent()) {
        process.time(WARM_UP_MILLIS);
        racing.add(process);
      }
    }
    for (int turn = 0; turn < turns; turn++) {
      for (int j = 0; j < racing.size(); j++) {
        OpProcess process = racing.get((first + turn + j) % racing.size());
        times.add(process.contender().name(), process.time(TURN_MILLIS));
      }
    }
  }

  private static Properties reasons() throws IOException {
    Properties reasons = new Properties();
    try (InputStream in = OpBench.class.getResourceAsStream("op-reasons.properties")) {
      reasons.load(in);
    }
    return reasons;
  }
}
