package dev.balboa.bench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The targets of a run as one Markdown table, a row for each task. */
final class TargetTable {
  private final Results results;

  TargetTable(Results results) {
    this.results = results;
  }

  /** The table, empty if nothing that was measured has a target. */
  String markdown() {
    List<Target.Verdict> all =
        results.tasks().stream().flatMap(task -> Target.verdicts(results, task).stream()).toList();
    if (all.isEmpty()) {
      return "";
    }
    StringBuilder out = new StringBuilder("\n### Targets\n\n");
    long met = all.stream().filter(Target.Verdict::met).count();
    out.append(
        String.format(
            Locale.ROOT,
            "%d of %d targets are met. Beside PyTorch and ONNX Runtime stands Balboa's time over theirs, with the smallest and the largest of a round, and what is asked for.%n",
            met,
            all.size()));
    if (all.stream().anyMatch(v -> results.floorMicros(v.task()).isPresent())) {
      out.append(
          """
          "At the peak" is how long the task's multiply-adds take where a thread does nothing else and all operands are in registers (probe `peak`); \
          a target "beyond the peak" asks for less than that.
          """);
    }
    out.append('\n');
    Report.row(
        out,
        List.of(
            "task",
            "Balboa",
            "at the peak",
            "PyTorch",
            "ratio",
            "target",
            "",
            "ONNX Runtime",
            "ratio",
            "target",
            ""));
    Report.row(
        out,
        List.of(
            "---", "---:", "---:", "---:", "---:", "---:", "---", "---:", "---:", "---:", "---"));
    for (Task task : results.tasks()) {
      List<Target.Verdict> verdicts = Target.verdicts(results, task);
      if (!verdicts.isEmpty()) {
        row(out, task, verdicts);
      }
    }
    own(out, all);
    return out.toString();
  }

  private void row(StringBuilder out, Task task, List<Target.Verdict> verdicts) {
    String subject = Target.subject(results, task);
    OptionalDouble floor = results.floorMicros(task);
    Stream<String> start =
        Stream.of(
            task.name(),
            time(subject, task) + ", " + subject,
            floor.isPresent() ? Report.duration(floor.getAsDouble()) : "");
    Stream<String> peers =
        Stream.of(Target.PYTORCH, Target.ONNX_RUNTIME)
            .flatMap(peer -> cells(task, peer, verdicts).stream());
    if (verdicts.stream().anyMatch(v -> !v.target().peer().equals(Target.CAPTURED))) {
      Report.row(out, Stream.concat(start, peers).toList());
    }
  }

  private List<String> cells(Task task, String peer, List<Target.Verdict> verdicts) {
    Optional<Target.Verdict> verdict =
        verdicts.stream().filter(v -> v.target().peer().equals(peer)).findFirst();
    return verdict
        .map(v ->
            List.of(
                time(peer, task), Report.ratio(v.ratio()), limit(v.target().limit()), outcome(v)))
        .orElse(List.of("", "", "", ""));
  }

  /** BF16 beside Balboa's own F32. */
  private void own(StringBuilder out, List<Target.Verdict> all) {
    List<Target.Verdict> own =
        all.stream().filter(v -> v.target().peer().equals(Target.CAPTURED)).toList();
    if (own.isEmpty()) {
      return;
    }
    out.append('\n');
    Report.row(out, List.of("task", "Balboa, BF16", "Balboa, F32", "ratio", "target", ""));
    Report.row(out, List.of("---", "---:", "---:", "---:", "---:", "---"));
    for (Target.Verdict v : own) {
      Report.row(
          out,
          List.of(
              v.task().name(),
              time(v.subject(), v.task()),
              time(v.target().peer(), v.target().task()),
              Report.ratio(v.ratio()),
              limit(v.target().limit()),
              outcome(v)));
    }
  }

  private String time(String contender, Task task) {
    return results.micros(contender, task).map(s -> Report.duration(s.median())).orElse("");
  }

  private static String limit(double limit) {
    return String.format(Locale.ROOT, "%.2f", limit);
  }

  private String outcome(Target.Verdict verdict) {
    if (verdict.met()) {
      return "met";
    }
    OptionalDouble floor = results.floorMicros(verdict.task());
    double peer =
        results.micros(verdict.target().peer(), verdict.target().task()).orElseThrow().median();
    boolean beyond = floor.isPresent() && verdict.target().limit() * peer < floor.getAsDouble();
    return beyond ? "**not met**, beyond the peak" : "**not met**";
  }
}
