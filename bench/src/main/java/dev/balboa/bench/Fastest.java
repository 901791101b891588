package dev.balboa.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Chooses among several ways to do one task by trying each, so that a contender with a choice is
 * measured at its best.
 */
public final class Fastest {
  private static final long WARM_UP_NANOS = 200_000_000;
  private static final long TRIAL_NANOS = 100_000_000;
  private static final int TRIALS = 3;

  private Fastest() {}

  /**
   * One way to do the task.
   *
   * @param label what {@link Workload#note} says of the way that won
   * @param create makes it ready from the start; called once to try it and once more if it wins
   */
  public record Way(String label, Supplier<Workload> create) {}

  /** The fastest of these, fresh. With a single way nothing is tried. */
  public static Workload of(List<Way> ways) {
    if (ways.isEmpty()) {
      throw new IllegalArgumentException("no way to choose from");
    }
    Way best = ways.get(0);
    if (ways.size() > 1) {
      double[] micros = tryAll(ways);
      for (int i = 1; i < ways.size(); i++) {
        if (micros[i] < micros[ways.indexOf(best)]) {
          best = ways.get(i);
        }
      }
    }
    return new Labelled(best.label(), best.create().get());
  }

  /**
   * The best time of each way, tried in turn so that a disturbance does not hit one of them alone.
   */
  private static double[] tryAll(List<Way> ways) {
    List<Workload> workloads = ways.stream().map(way -> way.create().get()).toList();
    double[] best = new double[ways.size()];
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    for (Workload workload : workloads) {
      time(workload, WARM_UP_NANOS);
    }
    for (int trial = 0; trial < TRIALS; trial++) {
      for (int i = 0; i < best.length; i++) {
        best[i] = Math.min(best[i], time(workloads.get(i), TRIAL_NANOS));
      }
    }
    workloads.forEach(Workload::close);
    return best;
  }

  private static double time(Workload workload, long nanos) {
    long start = System.nanoTime();
    long now;
    int runs = 0;
    do {
      workload.run();
      runs++;
      now = System.nanoTime();
    } while (now - start < nanos);
    return (now - start) / (1e3 * runs);
  }

  private record Labelled(String label, Workload inner) implements Workload {
    @Override
    public void run() {
      inner.run();
    }

    @Override
    public double checksum() {
      return inner.checksum();
    }

    @Override
    public String note() {
      return Stream.of(label, inner.note())
          .filter(part -> !part.isEmpty())
          .collect(Collectors.joining(", "));
    }

    @Override
    public void verify() {
      inner.verify();
    }

    @Override
    public void close() {
      inner.close();
    }
  }
}
