package dev.balboa.nn.graph;

/** When each step of one run began and ended, in nanoseconds of {@link System#nanoTime}. */
final class StepTimes {
  private final long[] starts;
  private final long[] ends;

  StepTimes(int steps) {
    starts = new long[steps];
    ends = new long[steps];
  }

  void add(int step, long start, long end) {
    starts[step] = start;
    ends[step] = end;
  }

  long start(int step) {
    return starts[step];
  }

  long nanos(int step) {
    return ends[step] - starts[step];
  }
}
