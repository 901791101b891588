package dev.balboa.bench;

import dev.balboa.bench.probe.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The results as Markdown. */
final class Report {
  private final Machine machine;
  private final Options options;
  private final Results results;

  Report(Machine machine, Options options, Results results) {
    this.machine = machine;
    this.options = options;
    this.results = results;
  }

  String markdown() {
    StringBuilder out = new StringBuilder();
    head(out);
    out.append(new TargetTable(results).markdown());
    for (Task.Group group : Task.Group.values()) {
      List<Task> tasks = results.tasks().stream().filter(task -> task.group() == group).toList();
      if (!tasks.isEmpty()) {
        table(out, tasks);
      }
    }
    probes(out);
    spread(out);
    return out.toString();
  }

  private void head(StringBuilder out) {
    out.append(
        String.format(
            Locale.ROOT,
            "%s, %d processors, %d threads for each contender; %s; %s; commit %s; %s.%n%s.%n",
            machine.cpu(),
            machine.processors(),
            options.threads(),
            machine.system(),
            machine.java(),
            machine.commit(),
            machine.date(),
            options.effort()));
    if (machine.busy()) {
      out.append(
          String.format(
              Locale.ROOT,
              "**The machine was not quiet (load %.1f when the run began): these numbers are no good for comparison.**%n",
              machine.load()));
    }
    results.failures().forEach(failure -> out.append("**Failed: ").append(failure).append("**\n"));
    out.append('\n');
    for (Map.Entry<String, String> contender : results.descriptions().entrySet()) {
      out.append("- `")
          .append(contender.getKey())
          .append("`: ")
          .append(contender.getValue())
          .append('\n');
    }
    out.append(
        """

        Times are medians, ± the median deviation in percent. A ratio is Balboa's time, captured where it can be, over the other's, so below 1 Balboa is faster; in brackets \
        the smallest and the largest ratio of a round.
        """);
  }

  /** Whose ratios a table shows: a captured program's where there is one. */
  private static String subject(List<String> contenders) {
    return Stream.of(Target.CAPTURED, Target.NATIVE)
        .filter(contenders::contains)
        .findFirst()
        .orElse(contenders.getFirst());
  }

  private List<String> contenders(List<Task> tasks) {
    return results.descriptions().keySet().stream()
        .filter(name -> tasks.stream().anyMatch(task -> results.micros(name, task).isPresent()))
        .toList();
  }

  private void table(StringBuilder out, List<Task> tasks) {
    List<String> contenders = contenders(tasks);
    String subject = subject(contenders);
    List<String> others = contenders.stream().filter(name -> !name.equals(subject)).toList();
    List<String> header = new ArrayList<>(List.of("task"));
    header.addAll(contenders);
    others.forEach(other -> header.add(subject + " / " + other));
    out.append('\n');
    row(out, header);
    row(out, header.stream().map(name -> name.equals("task") ? "---" : "---:").toList());
    for (Task task : tasks) {
      List<String> cells = new ArrayList<>(List.of(task.name()));
      contenders.forEach(
          name -> cells.add(results.micros(name, task).map(time -> time(time, task)).orElse("")));
      others.forEach(other ->
          cells.add(results.ratio(subject, task, other, task).map(Report::ratio).orElse("")));
      row(out, cells);
    }
  }

  private void probes(StringBuilder out) {
    if (results.probes().isEmpty()) {
      return;
    }
    out.append('\n');
    row(out, List.of("probe", "median of the rounds", "min", "max", "at most"));
    row(out, List.of("---", "---:", "---:", "---:", "---:"));
    for (Map.Entry<String, List<Line>> probe : results.probes().entrySet()) {
      Line any = probe.getValue().getFirst();
      Summary values = Summary.of(probe.getValue().stream().mapToDouble(Line::value).toArray());
      row(
          out,
          List.of(
              probe.getKey(),
              value(values.median(), any.unit()),
              value(values.min(), any.unit()),
              value(values.max(), any.unit()),
              Double.isNaN(any.limit()) ? "" : value(any.limit(), any.unit())));
    }
  }

  private static String value(double value, String unit) {
    // Durations of a few nanoseconds and differences, which may be negative, stay in nanoseconds.
    return unit.equals("ns") && value >= 1e3
        ? duration(value / 1e3)
        : String.format(Locale.ROOT, "%.2f %s", value, unit);
  }

  private void spread(StringBuilder out) {
    out.append("\n<details><summary>Every spread, and how it was done</summary>\n\n");
    row(
        out,
        List.of(
            "task", "contender", "min", "median", "max", "iterations", "heap bytes a run", "how"));
    row(out, List.of("---", "---", "---:", "---:", "---:", "---:", "---:", "---"));
    for (Task task : results.tasks()) {
      for (String name : results.descriptions().keySet()) {
        Optional<Summary> micros = results.micros(name, task);
        if (micros.isPresent()) {
          Summary time = micros.get();
          var heap = results.heapBytes(name, task);
          row(
              out,
              List.of(
                  task.name(),
                  name,
                  duration(time.min()),
                  duration(time.median()),
                  duration(time.max()),
                  Integer.toString(time.count()),
                  heap.isEmpty() ? "" : String.format(Locale.ROOT, "%.0f", heap.getAsDouble()),
                  results.note(name, task)));
        }
      }
    }
    out.append("\n</details>\n");
  }

  static void row(StringBuilder out, List<String> cells) {
    out.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static String time(Summary time, Task task) {
    String text =
        String.format(
            Locale.ROOT, "%s ± %.0f %%", duration(time.median()), 100 * time.mad() / time.median());
    boolean rate = task.group() == Task.Group.SGEMM || task.group() == Task.Group.CONVOLUTION;
    return rate
        ? text + String.format(Locale.ROOT, " (%.0f GFLOP/s)", task.flops() / time.median() / 1e3)
        : text;
  }

  static String ratio(Summary ratio) {
    return String.format(
        Locale.ROOT, "%.2f [%.2f, %.2f]", ratio.median(), ratio.min(), ratio.max());
  }

  /** Three digits and a unit. */
  static String duration(double micros) {
    double nanos = micros * 1e3;
    if (nanos < 1e3) {
      return digits(nanos) + " ns";
    }
    if (nanos < 1e6) {
      return digits(micros) + " µs";
    }
    return nanos < 1e9 ? digits(micros / 1e3) + " ms" : digits(micros / 1e6) + " s";
  }

  private static String digits(double value) {
    int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
