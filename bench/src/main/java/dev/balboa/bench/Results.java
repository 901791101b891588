package dev.balboa.bench;

import dev.balboa.bench.probe.Line;
import dev.balboa.bench.probe.PeakProbe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;

/** All samples of a run, and what follows from them. */
final class Results {
  /**
   * Contenders add in another order, and a loss passes through a whole network: far below what a
   * wrong result would show.
   */
  private static final double CHECKSUM_TOLERANCE = 1e-3;

  private final List<Sample> samples = new ArrayList<>();
  private final Map<String, List<Line>> probes = new LinkedHashMap<>();
  private final List<String> failures = new ArrayList<>();
  private final Map<String, String> descriptions = new LinkedHashMap<>();

  void add(Sample sample) {
    samples.add(sample);
  }

  void add(List<Line> lines) {
    for (Line line : lines) {
      probes.computeIfAbsent(line.name(), _ -> new ArrayList<>()).add(line);
    }
  }

  /** The numbers of the probes by name, one for each round. */
  Map<String, List<Line>> probes() {
    return probes;
  }

  /** How long a task's arithmetic takes at the processor's peak, if that was measured. */
  OptionalDouble floorMicros(Task task) {
    double[] nanos =
        probes.getOrDefault(PeakProbe.floor(task), List.of()).stream()
            .mapToDouble(Line::value)
            .toArray();
    return nanos.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Summary.median(nanos) / 1e3);
  }

  void addFailure(String failure) {
    failures.add(failure);
  }

  boolean has(String contender) {
    return samples.stream().anyMatch(sample -> sample.contender().equals(contender));
  }

  void describe(String contender, String description) {
    descriptions.put(contender, description);
  }

  List<Sample> samples() {
    return List.copyOf(samples);
  }

  /** Contender to description, in the order of the first measurement. */
  Map<String, String> descriptions() {
    return descriptions;
  }

  /** The tasks that have a sample, in the order of {@link Task#all}. */
  List<Task> tasks() {
    return Task.all().stream()
        .filter(task -> samples.stream().anyMatch(sample -> sample.task().equals(task)))
        .toList();
  }

  /** Over all iterations of all rounds. */
  Optional<Summary> micros(String contender, Task task) {
    double[] all =
        of(contender, task).stream()
            .flatMap(s -> s.micros().stream())
            .mapToDouble(Double::doubleValue)
            .toArray();
    return all.length == 0 ? Optional.empty() : Optional.of(Summary.of(all));
  }

  /**
   * How long one contender takes for a task for each unit of time that another takes for its own,
   * from the medians of rounds that both took part in: below 1, {@code subject} is faster.
   */
  Optional<Summary> ratio(String subject, Task task, String other, Task otherTask) {
    List<Double> ratios = new ArrayList<>();
    for (int round : rounds()) {
      OptionalDouble numerator = median(subject, task, round);
      OptionalDouble denominator = median(other, otherTask, round);
      if (numerator.isPresent() && denominator.isPresent()) {
        ratios.add(numerator.getAsDouble() / denominator.getAsDouble());
      }
    }
    return ratios.isEmpty() ? Optional.empty() : Optional.of(Summary.of(ratios));
  }

  /** The latest note of the contender on the task. */
  String note(String contender, Task task) {
    List<Sample> found = of(contender, task);
    return found.isEmpty() ? "" : found.getLast().note();
  }

  /** The median of the heap bytes per run, if they were measured. */
  OptionalDouble heapBytes(String contender, Task task) {
    double[] bytes =
        of(contender, task).stream()
            .mapToDouble(Sample::heapBytes)
            .filter(Double::isFinite)
            .toArray();
    return bytes.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(Summary.median(bytes));
  }

  /**
   * What went wrong: measurements that failed, and tasks whose contenders did not compute the same.
   */
  List<String> failures() {
    List<String> lines = new ArrayList<>(failures);
    for (Task task : tasks()) {
      List<Sample> checked =
          samples.stream()
              .filter(sample -> sample.task().equals(task) && !Double.isNaN(sample.checksum()))
              .toList();
      if (checked.isEmpty()) {
        continue;
      }
      Sample first = checked.getFirst();
      for (Sample sample : checked) {
        double error = Math.abs(sample.checksum() - first.checksum()) / Math.abs(first.checksum());
        if (!(error <= CHECKSUM_TOLERANCE)) {
          lines.add(
              task.name()
                  + ": contenders disagree: "
                  + sample.contender()
                  + " computed "
                  + sample.checksum()
                  + ", "
                  + first.contender()
                  + " "
                  + first.checksum());
          break;
        }
      }
    }
    return lines;
  }

  private Iterable<Integer> rounds() {
    TreeSet<Integer> rounds = new TreeSet<>();
    samples.forEach(sample -> rounds.add(sample.round()));
    return rounds;
  }

  private OptionalDouble median(String contender, Task task, int round) {
    double[] micros =
        of(contender, task).stream()
            .filter(sample -> sample.round() == round)
            .flatMap(sample -> sample.micros().stream())
            .mapToDouble(Double::doubleValue)
            .toArray();
    return micros.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(Summary.median(micros));
  }

  private List<Sample> of(String contender, Task task) {
    return samples.stream()
        .filter(sample -> sample.contender().equals(contender) && sample.task().equals(task))
        .toList();
  }
}
