package dev.balboa.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Measures time and memory of training steps of whole models. Each measurement is a process of its
 * own; contenders take turns. Run from the root of the project, as {@code scripts/bench models}
 * does.
 */
public final class ModelBench {
  private static final String USAGE =
      """
      usage: scripts/bench models [--rounds N] [--steps N] [--threads N] [--contenders A;B] [MODEL...]
        --rounds N     processes of each contender (2)
        --steps N      measured steps of each process, after 3 of warm-up (8)
        --contenders A;B  only these, such as "native;pytorch, channels last"
        MODEL          resnet50, transformer (both)\
      """;

  private static final double MEBI = 1 << 20;

  private int rounds = 2;
  private int steps = 8;
  private int threads = Runtime.getRuntime().availableProcessors();
  private List<String> contenders = List.of();
  private final List<ModelTask> tasks = new ArrayList<>();
  private final Set<String> failures = new LinkedHashSet<>();

  /** What the processes of one contender said. */
  private static final class Result {
    final List<Double> nanos = new ArrayList<>();
    long parameters;
    double first;
    double last;
    long baseKib;
    long residentKib;
    long peakBytes = -1;

    void add(String line) {
      String[] words = line.strip().split(" ", -1);
      for (String n : words[0].split(",", -1)) {
        nanos.add(Double.parseDouble(n));
      }
      parameters = Long.parseLong(words[1]);
      first = Double.parseDouble(words[2]);
      last = Double.parseDouble(words[3]);
      baseKib = Math.max(baseKib, Long.parseLong(words[4]));
      residentKib = Math.max(residentKib, Long.parseLong(words[5]));
      peakBytes = Math.max(peakBytes, Long.parseLong(words[6]));
    }

    double[] millis() {
      return nanos.stream().mapToDouble(n -> n / 1e6).sorted().toArray();
    }
  }

  private ModelBench() {}

  /** Ends with status 2 on wrong arguments and 1 if a contender failed or does other work. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (Arrays.asList(arguments).contains("--help")) {
      System.out.println(USAGE);
      return;
    }
    ModelBench bench = new ModelBench();
    try {
      bench.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n" + USAGE);
      System.exit(2);
    }
    bench.run();
    if (!bench.failures.isEmpty()) {
      System.exit(1);
    }
  }

  private void parse(String... words) {
    for (int i = 0; i < words.length; i++) {
      if (words[i].startsWith("--") && i + 1 == words.length) {
        throw new IllegalArgumentException("expected a value after " + words[i]);
      }
      switch (words[i]) {
        case "--rounds" -> rounds = Integer.parseInt(words[++i]);
        case "--steps" -> steps = Integer.parseInt(words[++i]);
        case "--threads" -> threads = Integer.parseInt(words[++i]);
        case "--contenders" -> contenders = List.of(words[++i].split(";", -1));
        case String word -> tasks.add(ModelTask.named(word));
      }
    }
    if (tasks.isEmpty()) {
      tasks.addAll(List.of(ModelTask.values()));
    }
  }

  /** Whoever fails is said so below the table. */
  private void run() throws IOException, InterruptedException {
    Machine machine = Machine.here();
    System.out.printf(
        Locale.ROOT,
        "%s, %d processors, %d threads; %s; commit %s; %s; %d rounds of %d steps.%s%n%n",
        machine.cpu(),
        machine.processors(),
        threads,
        machine.java(),
        machine.commit(),
        machine.date(),
        rounds,
        steps,
        machine.busy() ? " **The machine was not quiet.**" : "");
    for (ModelTask task : tasks) {
      Map<String, Result> results = new LinkedHashMap<>();
      for (int round = 0; round < rounds; round++) {
        for (ModelContender contender : ModelContender.all()) {
          if (contender.takesPart(task)
              && (contenders.isEmpty() || contenders.contains(contender.name()))) {
            measure(contender.name(), task)
                .ifPresent(
                    line -> results.computeIfAbsent(contender.name(), _ -> new Result()).add(line));
          }
        }
      }
      if (!results.isEmpty()) {
        print(task, results);
      }
    }
    failures.forEach(System.err::println);
  }

  /** What the contender's process said; nothing if it failed, which is kept in mind. */
  private Optional<String> measure(String contender, ModelTask task)
      throws IOException, InterruptedException {
    Path directory = Files.createDirectories(Path.of("bench", "target", "bench"));
    String name = "model-" + contender.replaceAll("\\W+", "-") + "-" + task.key() + ".log";
    Path log = directory.resolve(name);
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    line.addAll(List.of("-Xmx1g", "-XX:MaxDirectMemorySize=16g"));
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.add(ModelWorker.class.getName());
    line.addAll(List.of(contender, task.key(), Integer.toString(threads), Integer.toString(steps)));
    Process process = new ProcessBuilder(line).redirectError(log.toFile()).start();
    String answer =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0 || answer.isEmpty()) {
      failures.add(contender + " failed at " + task.key() + ": see " + log);
      return Optional.empty();
    }
    return Optional.of(answer.lines().toList().getLast());
  }

  private static void print(ModelTask task, Map<String, Result> results) {
    long parameters = results.values().iterator().next().parameters;
    System.out.printf(
        Locale.ROOT,
        "%s, batch %d, %,d parameters%n%n"
            + "| contender | median step, ms | fastest to slowest | resident at most, MiB |"
            + " of it for model and training | own account, MiB | loss, first to last step |%n"
            + "| --- | ---: | ---: | ---: | ---: | ---: | ---: |%n",
        task.key(),
        task.batch(),
        parameters);
    results.forEach((name, r) -> {
      if (r.parameters != parameters) {
        throw new IllegalStateException(
            name + " has " + r.parameters + " parameters, not " + parameters);
      }
      double[] millis = r.millis();
      System.out.printf(
          Locale.ROOT,
          "| %s | %.1f | %.1f to %.1f | %.0f | %.0f | %s | %.3f to %.3f |%n",
          name,
          Summary.median(millis),
          millis[0],
          millis[millis.length - 1],
          r.residentKib / 1024.0,
          (r.residentKib - r.baseKib) / 1024.0,
          r.peakBytes < 0 ? "" : String.format(Locale.ROOT, "%.0f", r.peakBytes / MEBI),
          r.first,
          r.last);
    });
    System.out.println();
  }
}
