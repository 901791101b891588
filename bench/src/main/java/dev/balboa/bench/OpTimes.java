package dev.balboa.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What was measured of one task: nanoseconds by contender, one number for each turn. */
final class OpTimes {
  private static final double CHECKSUM_TOLERANCE = 1e-3;

  private final OpTask task;
  private final Map<String, List<Double>> nanos = new LinkedHashMap<>();
  private final Map<String, Double> checksums = new LinkedHashMap<>();
  private final Map<String, String> notes = new LinkedHashMap<>();

  OpTimes(OpTask task) {
    this.task = task;
  }

  OpTask task() {
    return task;
  }

  void ready(String contender, OpProcess.Ready ready) {
    checksums.put(contender, ready.checksum());
    notes.put(contender, ready.note());
  }

  void add(String contender, double value) {
    nanos.computeIfAbsent(contender, _ -> new ArrayList<>()).add(value);
  }

  Optional<Summary> of(String contender) {
    return Optional.ofNullable(nanos.get(contender)).map(Summary::of);
  }

  String note(String contender) {
    return notes.getOrDefault(contender, "");
  }

  /** How many times longer {@code other} took than {@code subject}, turn by turn. */
  Optional<Summary> ratio(String other, String subject) {
    List<Double> a = nanos.getOrDefault(other, List.of());
    List<Double> b = nanos.getOrDefault(subject, List.of());
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      ratios.add(a.get(i) / b.get(i));
    }
    return ratios.isEmpty() ? Optional.empty() : Optional.of(Summary.of(ratios));
  }

  /** Every contender's median in microseconds, for the eyes of who waits. */
  String summary() {
    StringBuilder out = new StringBuilder();
    nanos.forEach((name, all) ->
        out.append(name)
            .append(String.format(Locale.ROOT, " %.2f  ", Summary.of(all).median() / 1e3)));
    return out.toString();
  }

  /** Says so if contenders came to different results. */
  Optional<String> disagreement() {
    if (task.random()) {
      return Optional.empty();
    }
    double largest = checksums.values().stream().mapToDouble(Math::abs).max().orElse(0);
    for (double a : checksums.values()) {
      for (double b : checksums.values()) {
        if (!(Math.abs(a - b) <= CHECKSUM_TOLERANCE * largest)) {
          return Optional.of(task.key() + ": contenders disagree: " + checksums);
        }
      }
    }
    return Optional.empty();
  }
}
