package dev.balboa.nn.cases;

import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.op.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * A process of its own that runs every case on the native backend and prints a hash of all bits of
 * each sample's outputs and gradients, one line for each.
 */
final class BitsOfAllCases {
  private BitsOfAllCases() {}

  /** Argument: how many random samples of each case. */
  public static void main(String[] arguments) {
    int random = Integer.parseInt(arguments[0]);
    for (OpCase c : OpCases.all()) {
      List<Sample> samples = samples(c, random);
      try (var memory = new WatchedMemory()) {
        for (int i = 0; i < samples.size(); i++) {
          Sample s = samples.get(i);
          long hash = memory.in(() -> hash(Runs.run(Executors.nativeExecutor(), c, s)));
          System.out.printf("%s\t%d\t%016x\t%s%n", c.name(), i, hash, s);
        }
      }
    }
  }

  private static List<Sample> samples(OpCase c, int random) {
    List<Sample> all = new ArrayList<>(c.samples(Draw.Purpose.EQUIVALENCE, DType.F32, random));
    all.addAll(c.randomSamples(Draw.Purpose.BLOCKED, DType.F32, random));
    if (c.isNativeIn(DType.F64)) {
      c.samples(Draw.Purpose.EQUIVALENCE, DType.F64, random).stream()
          .map(Sample::forwardOnly)
          .forEach(all::add);
    }
    return all;
  }

  private static long hash(Runs.Outcome o) {
    long h = 1;
    for (double[] output : o.outputs()) {
      h = hash(h, output);
    }
    for (List<double[]> gradients : o.gradients()) {
      for (double[] gradient : gradients) {
        h = hash(h, gradient);
      }
    }
    return h;
  }

  /** {@code null} stands for a workspace, or a gradient that there is none of. */
  private static long hash(long h, double[] x) {
    if (x == null) {
      return 31 * h;
    }
    for (double v : x) {
      h = (h ^ Double.doubleToRawLongBits(v)) * 0x9E3779B97F4A7C15L;
      h ^= h >>> 29;
    }
    return 31 * h + x.length;
  }
}
