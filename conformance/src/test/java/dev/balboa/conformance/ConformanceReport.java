package dev.balboa.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts what became of the cases, by operation. */
final class ConformanceReport {
  private final Map<String, Map<TestCase, Verdict>> byOperation =
      new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  void add(TestCase c, Verdict v) {
    byOperation.computeIfAbsent(c.operation(), _ -> new LinkedHashMap<>()).put(c, v);
  }

  private List<Verdict> all() {
    return byOperation.values().stream().flatMap(m -> m.values().stream()).toList();
  }

  private static long count(Iterable<Verdict> verdicts, Class<? extends Verdict> kind) {
    long n = 0;
    for (Verdict v : verdicts) {
      n += kind.isInstance(v) ? 1 : 0;
    }
    return n;
  }

  long count(Class<? extends Verdict> kind) {
    return count(all(), kind);
  }

  /** Every failed case with what it said. */
  List<String> failures() {
    return byOperation.values().stream()
        .flatMap(m -> m.entrySet().stream())
        .filter(e -> e.getValue() instanceof Verdict.Failed)
        .map(e -> e.getKey() + ": " + ((Verdict.Failed) e.getValue()).message())
        .toList();
  }

  String summary() {
    return "%d cases: %d passed on both backends, %d on the reference only, %d failed, %d not covered"
        .formatted(
            all().size(),
            count(Verdict.Passed.class),
            count(Verdict.OnReferenceOnly.class),
            count(Verdict.Failed.class),
            count(Verdict.Uncovered.class));
  }

  String page() {
    StringBuilder text = new StringBuilder(head());
    byOperation.forEach((operation, cases) -> text.append(row(operation, cases.values())));
    return text.toString();
  }

  private String head() {
    return """
    # ONNX's test cases on both backends

    Written by the tests, not by hand: `scripts/test -Dbalboa.docs=true`. The cases are those of ONNX 1.12, each a model with inputs and the
    outputs that ONNX's authors expect, as Debian's package `libonnx-testdata` carries them. Module `conformance` says each operator in
    Balboa's functions, runs the case on `reference` and on `native` and compares both with the expected numbers: whole numbers and
    Booleans exactly, floating-point numbers to %.0e of the number plus %.0e of the largest in the tensor (ONNX's own runner allows 1e-3;
    window functions, whose numbers were computed with 3.1415 for pi, and sampled grids, whose numbers have four digits, have that here).

    - **pass**: both backends give what is expected.
    - **reference**: the reference does; the native backend refuses the type or rank by name.
    - **not covered**: Balboa has nothing that the case asks for; the reasons are beside it with their counts.

    A case that fails, or fewer passes than before, fails the build.

    %s.

    | operator | pass | reference | fail | not covered | why not |
    |---|--:|--:|--:|--:|---|
    """
        .formatted(Comparison.RELATIVE, Comparison.OF_LARGEST, summary());
  }

  private static String row(String operation, Iterable<Verdict> verdicts) {
    return "| %s | %s | %s | %s | %s | %s |\n"
        .formatted(
            operation,
            number(count(verdicts, Verdict.Passed.class)),
            number(count(verdicts, Verdict.OnReferenceOnly.class)),
            number(count(verdicts, Verdict.Failed.class)),
            number(count(verdicts, Verdict.Uncovered.class)),
            reasons(verdicts));
  }

  private static String number(long n) {
    return n == 0 ? "" : Long.toString(n);
  }

  private static String reasons(Iterable<Verdict> verdicts) {
    Map<String, Integer> counts = new TreeMap<>();
    for (Verdict v : verdicts) {
      switch (v) {
        case Verdict.Uncovered(String reason) -> counts.merge(reason, 1, Integer::sum);
        case Verdict.OnReferenceOnly(String refusal) -> counts.merge(refusal, 1, Integer::sum);
        case Verdict.Passed _, Verdict.Failed _ -> {}
      }
    }
    return counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
        .map(e -> e.getValue() > 1 ? e.getKey() + " (" + e.getValue() + ")" : e.getKey())
        .collect(Collectors.joining("; "));
  }

  void write(Path file) throws IOException {
    Files.writeString(file, page());
  }
}
