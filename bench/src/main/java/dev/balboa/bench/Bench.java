package dev.balboa.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Measures all contenders in one go and prints the table. Contenders take turns at each task, and
 * all tasks come again in every round, so that whatever else happens on the machine hits all of
 * them alike; every measurement is a process of its own, so that the thread pools of two libraries
 * never meet. Run it from the root of the project, as {@code scripts/bench} does.
 */
public final class Bench {
  private static final Path DOCS = Path.of("docs");
  private static final String CHART = "performance-targets.png";

  private final Options options;
  private final Path directory;
  private final PrintStream progress;

  private Bench(Options options, Path directory, PrintStream progress) {
    this.options = options;
    this.directory = directory;
    this.progress = progress;
  }

  /**
   * See {@link Options#USAGE}. Ends with status 2 on wrong arguments and 1 if a measurement failed
   * or contenders disagree on a result.
   */
  public static void main(String[] arguments) throws IOException {
    if (Arrays.asList(arguments).contains("--help")) {
      System.out.println(Options.USAGE);
      return;
    }
    if (Arrays.asList(arguments).contains("--list")) {
      System.out.println(
          "tasks: " + Task.all().stream().map(Task::name).collect(Collectors.joining(" ")));
      System.out.println(
          "contenders: "
              + Contender.all().stream().map(Contender::name).collect(Collectors.joining(" "))
              + " "
              + BaselineMeasurer.NAME);
      return;
    }
    Options options;
    try {
      options = Options.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n" + Options.USAGE);
      System.exit(2);
      return;
    }
    Path directory = Path.of("bench", "target", "bench");
    boolean sound = new Bench(options, directory, System.err).run();
    if (!sound) {
      System.exit(1);
    }
  }

  private boolean run() throws IOException {
    Path logs = Files.createDirectories(directory.resolve("log"));
    Machine machine = Machine.here();
    if (machine.busy()) {
      progress.printf(Locale.ROOT, "the machine is not quiet: load %.1f%n", machine.load());
    }
    Path programs =
        Path.of(
            System.getProperty("balboa.bench.baselines", "bindings/target/native/native/bench"));
    ProbeMeasurer probes = new ProbeMeasurer(options, programs, logs);
    Results results = measure(measurers(programs, logs), probes);
    Files.writeString(directory.resolve("results.json"), Json.of(machine, options, results));
    String table = new Report(machine, options, results).markdown();
    Files.writeString(directory.resolve("table.md"), table);
    System.out.println(table);
    boolean drawn = new TargetChart(results).write(directory.resolve(CHART));
    if (options.writePage()) {
      if (drawn) {
        Files.copy(
            directory.resolve(CHART), DOCS.resolve(CHART), StandardCopyOption.REPLACE_EXISTING);
      }
      Page.update(
          DOCS.resolve("performance.md"),
          drawn ? table + "\n![Balboa's time over the peers'](" + CHART + ")\n" : table);
    }
    List<String> failures = results.failures();
    failures.forEach(progress::println);
    return failures.isEmpty();
  }

  private List<Measurer> measurers(Path programs, Path logs) {
    List<Measurer> measurers = new ArrayList<>();
    for (Contender contender : Contender.all()) {
      measurers.add(new JmhMeasurer(contender, options, logs));
    }
    measurers.add(new BaselineMeasurer(options, programs, logs));
    measurers.sort(Comparator.comparing(Measurer::forOrientation));
    measurers.removeIf(measurer -> !options.wants(measurer.contender()));
    return measurers;
  }

  private Results measure(List<Measurer> measurers, ProbeMeasurer probes) {
    List<Task> tasks = options.tasks();
    Results results = new Results();
    for (int round = 0; round < options.effort().rounds(); round++) {
      for (int i = 0; i < tasks.size(); i++) {
        for (int j = 0; j < measurers.size(); j++) {
          // Another one begins each time.
          Measurer measurer = measurers.get((i + j + round) % measurers.size());
          Task task = tasks.get(i);
          int most =
              measurer.forOrientation() ? 1 : options.effort().rounds(measurer.contender(), task);
          if (round < most) {
            measure(measurer, task, round, results);
          }
        }
      }
      for (ProbeMeasurer.Probe probe : options.probes()) {
        measure(probes, probe, round, results);
      }
    }
    for (Measurer measurer : measurers) {
      if (results.has(measurer.contender())) {
        results.describe(measurer.contender(), measurer.description());
      }
    }
    return results;
  }

  private void measure(Measurer measurer, Task task, int round, Results results) {
    progress.printf(
        Locale.ROOT,
        "round %d/%d  %-22s %-10s ",
        round + 1,
        options.effort().rounds(),
        task.name(),
        measurer.contender());
    progress.flush();
    try {
      Optional<Sample> sample = measurer.measure(task, round);
      sample.ifPresent(results::add);
      progress.println(sample.map(Bench::outcome).orElse("-"));
    } catch (IllegalStateException e) {
      // The others' numbers are worth having; the run ends with a failure all the same.
      results.addFailure(task.name() + ": " + e.getMessage());
      progress.println("FAILED: " + e.getMessage());
    }
  }

  private void measure(
      ProbeMeasurer measurer, ProbeMeasurer.Probe probe, int round, Results results) {
    progress.printf(
        Locale.ROOT, "round %d/%d  %s%n", round + 1, options.effort().rounds(), probe.label());
    try {
      results.add(measurer.measure(probe, round));
    } catch (IllegalStateException e) {
      results.addFailure(e.getMessage());
      progress.println("FAILED: " + e.getMessage());
    }
  }

  private static String outcome(Sample sample) {
    return (Report.duration(Summary.of(sample.micros()).median()) + "  " + sample.note()).strip();
  }
}
