package dev.balboa.nn.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Where the time of a captured program goes: medians over some runs. {@code
 * dev.balboa.nn.profile.ChromeTrace} writes it for trace viewers.
 *
 * @param lines one per call, in the order of the run
 * @param peak to compare with; {@code null} for none
 */
public record Profile(List<Line> lines, Peak peak) {
  /**
   * One call.
   *
   * @param name of the operation
   * @param start since the start of the run, in nanoseconds
   * @param nanos time taken
   * @param bytes read and written
   * @param flops floating-point operations, 0 if not counted
   * @param shapes inputs and outputs with their layouts
   */
  public record Line(String name, long start, long nanos, long bytes, double flops, String shapes) {
    /** Billions of floating-point operations a second. */
    public double gflops() {
      return nanos == 0 ? 0 : flops / nanos;
    }
  }

  static Profile of(List<Step> steps, List<StepTimes> runs) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      int step = i;
      long nanos = median(runs.stream().mapToLong(r -> r.nanos(step)).toArray());
      long start = runs.getFirst().start(i) - runs.getFirst().start(0);
      Step s = steps.get(i);
      lines.add(new Line(s.name(), start, nanos, s.bytes(), Flops.of(s), s.toString()));
    }
    return new Profile(List.copyOf(lines), null);
  }

  private static long median(long[] values) {
    java.util.Arrays.sort(values);
    return values[values.length / 2];
  }

  /** The same beside the most that the machine does. */
  public Profile against(Peak most) {
    return new Profile(lines, most);
  }

  /**
   * The share of the peak that a call reaches, of arithmetic or of memory, whichever is nearer.
   *
   * @throws IllegalStateException without a peak
   */
  public double shareOfPeak(Line line) {
    if (peak == null) {
      throw new IllegalStateException("profile: there is no peak to compare with; see against");
    }
    return peak.share(line);
  }

  /** All calls together, in nanoseconds. */
  public long nanos() {
    return lines.stream().mapToLong(Line::nanos).sum();
  }

  /** A table, the slowest first. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    String format = "%-28s %10s %7s %10s %9s %9s %7s%n";
    text.append(
        String.format(Locale.ROOT, format, "call", "us", "share", "KB", "GB/s", "GFLOP/s", "peak"));
    long total = Math.max(1, nanos());
    List<Line> sorted = new ArrayList<>(lines);
    sorted.sort(Comparator.comparingLong(Line::nanos).reversed());
    for (Line line : sorted) {
      text.append(
          String.format(
              Locale.ROOT,
              format,
              line.name(),
              "%.1f".formatted(line.nanos() * 1e-3),
              "%.1f %%".formatted(100.0 * line.nanos() / total),
              "%.1f".formatted(line.bytes() * 1e-3),
              "%.1f".formatted((double) line.bytes() / Math.max(1, line.nanos())),
              line.flops() == 0 ? "" : "%.1f".formatted(line.gflops()),
              peak == null ? "" : "%.0f %%".formatted(100 * peak.share(line))));
    }
    return text.append(String.format(Locale.ROOT, "%-28s %10.1f%n", "all", total * 1e-3))
        .toString();
  }
}
