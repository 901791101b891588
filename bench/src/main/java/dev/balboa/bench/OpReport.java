package dev.balboa.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** The table of operations as a page. */
final class OpReport {
  /** What counts as slower. */
  private static final double SLOWER = 1.1;

  private static final String SUBJECT = "native";
  private static final String PEER = "pytorch";
  private static final String DEFINITION = "reference";

  private final Machine machine;
  private final String effort;
  private final Map<String, String> descriptions;
  private final List<OpTimes> times;
  private final Properties reasons;

  /**
   * @param reasons why a task is slower than the peer's, by {@link OpTask#key}
   */
  OpReport(
      Machine machine,
      String effort,
      Map<String, String> descriptions,
      List<OpTimes> times,
      Properties reasons) {
    this.machine = machine;
    this.effort = effort;
    this.descriptions = descriptions;
    this.times = times;
    this.reasons = reasons;
  }

  String markdown() {
    StringBuilder out = new StringBuilder(head());
    out.append("\n## Slower than PyTorch by more than 10 %\n\n");
    long slower = times.stream().filter(OpReport::isSlower).count();
    if (slower == 0) {
      out.append("None.\n");
    } else {
      row(out, List.of("operation", "size", "direction", "pytorch : native", "why"));
      row(out, List.of("---", "---", "---", "---:", "---"));
      times.stream().filter(OpReport::isSlower).forEach(t -> slowerRow(out, t));
    }
    out.append("\n## All\n\n");
    row(
        out,
        List.of(
            "operation",
            "shapes",
            "direction",
            "native",
            "pytorch",
            "reference",
            "pytorch : native",
            "reference : native"));
    row(out, List.of("---", "---", "---", "---:", "---:", "---:", "---:", "---:"));
    times.forEach(t -> row(out, t));
    return out.toString();
  }

  private String head() {
    String busy =
        machine.busy()
            ? String.format(
                Locale.ROOT,
                "%n**The machine was not quiet (load %.1f when the run began): these numbers are no"
                    + " good for comparison.**%n",
                machine.load())
            : "";
    return """
    # Operation by operation against PyTorch

    Written by `scripts/bench ops --write`, not by hand; how it measures is said in [performance.md](performance.md#operations). The reasons are kept in
    `bench/src/main/resources/dev/balboa/bench/op-reasons.properties`.

    %s, %d processors; %s; %s; commit %s; %s.
    %s
    %s
    %s
    Times are medians over the turns. A ratio above 1 says that `native` is that many times faster; in brackets the smallest and the largest of
    a turn. *with gradients*: forward, then the gradients of all inputs that have one.
    """
        .formatted(
            machine.cpu(),
            machine.processors(),
            machine.system(),
            machine.java(),
            machine.commit(),
            machine.date(),
            effort,
            busy,
            descriptions());
  }

  private String descriptions() {
    StringBuilder out = new StringBuilder();
    descriptions.forEach(
        (name, text) -> out.append("- `").append(name).append("`: ").append(text).append('\n'));
    return out.toString();
  }

  /** Whether the subject is slower than the peer, and by more than what counts. */
  static boolean isSlower(OpTimes t) {
    return t.ratio(PEER, SUBJECT).filter(ratio -> ratio.median() < 1 / SLOWER).isPresent();
  }

  private void slowerRow(StringBuilder out, OpTimes t) {
    OpTask task = t.task();
    row(
        out,
        List.of(
            task.name(),
            task.large() ? "large" : "small",
            direction(task),
            ratio(t.ratio(PEER, SUBJECT)),
            reasons.getProperty(task.key(), reasons.getProperty(task.name(), "?"))));
  }

  private static void row(StringBuilder out, OpTimes t) {
    String mark = isSlower(t) ? "**" : "";
    row(
        out,
        List.of(
            mark + t.task().name() + mark,
            t.task().shapes(),
            direction(t.task()),
            time(t, SUBJECT),
            time(t, PEER),
            time(t, DEFINITION),
            mark + ratio(t.ratio(PEER, SUBJECT)) + mark,
            t.ratio(DEFINITION, SUBJECT)
                .map(r -> String.format(Locale.ROOT, "%.1f", r.median()))
                .orElse("")));
  }

  private static String direction(OpTask task) {
    return task.backward() ? "with gradients" : "forward";
  }

  private static String time(OpTimes t, String contender) {
    String note = t.note(contender);
    return t.of(contender)
        .map(s -> Report.duration(s.median() / 1e3) + (note.isBlank() ? "" : " (" + note + ")"))
        .orElse("");
  }

  private static String ratio(Optional<Summary> ratio) {
    return ratio
        .map(r -> String.format(Locale.ROOT, "%.2f [%.2f, %.2f]", r.median(), r.min(), r.max()))
        .orElse("");
  }

  private static void row(StringBuilder out, List<String> cells) {
    out.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
