package dev.balboa.conformance.pytorch;

import dev.balboa.nn.op.RecurrentCell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A recurrent layer of random shape with random weights, as PyTorch has it, and a random input. */
final class RecurrentSample {
  private static final int LARGE = 544;

  /** What is drawn. */
  private enum Kind {
    /** One layer in one direction. */
    SINGLE,

    /** One layer in one direction, whose weights no cache of a core holds. */
    LARGE,

    /** One layer in one direction and whole sequences only. */
    STEPS,

    /** Layers upon each other, in one direction or both, with steps that do not count anywhere. */
    STACKED
  }

  /** Directions of a layer, and what becomes of the hidden states of both. */
  enum Ways {
    ONE,
    JOINED,
    ADDED
  }

  final long seed;
  final RecurrentCell cell;
  final int layers;
  final Ways ways;
  final boolean states;
  final int steps;
  final int batch;
  final int channels;
  final int hidden;

  /** Whether the layer takes and gives [N, T, C] instead of [T, N, C]. */
  final boolean batchMajor;

  /** How many steps of each sequence count; {@code null} if all do. */
  final long[] lengths;

  /** Which steps count, [T, N], one of each sequence at least; {@code null} if the first do. */
  private final boolean[] counts;

  /** Everything that gradients are taken of, by PyTorch's name; {@code x} is [T, N, C]. */
  private final Map<String, Numbers> numbers = new LinkedHashMap<>();

  private RecurrentSample(RecurrentCell cell, long seed, Kind kind) {
    SplittableRandom random = new SplittableRandom(seed);
    boolean stacked = kind == Kind.STACKED;
    this.seed = seed;
    this.cell = cell;
    layers = stacked ? random.nextInt(1, 4) : 1;
    ways = stacked ? Ways.values()[random.nextInt(3)] : Ways.ONE;
    batchMajor = stacked && random.nextBoolean();
    states = random.nextBoolean();
    steps = random.nextInt(1, 17);
    batch = random.nextInt(1, 11);
    channels = random.nextInt(1, 41);
    hidden = kind == Kind.LARGE ? LARGE : random.nextInt(1, 41);
    boolean padded = kind != Kind.STEPS && random.nextBoolean();
    counts = stacked && padded && random.nextBoolean() ? gaps(random) : null;
    lengths =
        counts != null ? counted() : padded ? random.longs(batch, 1, steps + 1).toArray() : null;
    draw(random);
  }

  /** One layer in one direction. */
  static RecurrentSample single(RecurrentCell cell, long seed) {
    return new RecurrentSample(cell, seed, Kind.SINGLE);
  }

  /** One layer in one direction, whose weights no cache of a core holds. */
  static RecurrentSample large(RecurrentCell cell, long seed) {
    return new RecurrentSample(cell, seed, Kind.LARGE);
  }

  /** One layer in one direction, every step of which counts. */
  static RecurrentSample steps(RecurrentCell cell, long seed) {
    return new RecurrentSample(cell, seed, Kind.STEPS);
  }

  /** Layers upon each other, in one direction or both. */
  static RecurrentSample stacked(RecurrentCell cell, long seed) {
    return new RecurrentSample(cell, seed, Kind.STACKED);
  }

  private boolean[] gaps(SplittableRandom random) {
    boolean[] on = new boolean[steps * batch];
    for (int i = 0; i < on.length; i++) {
      on[i] = random.nextBoolean();
    }
    for (int n = 0; n < batch; n++) {
      on[random.nextInt(steps) * batch + n] = true;
    }
    return on;
  }

  private long[] counted() {
    long[] each = new long[batch];
    for (int i = 0; i < counts.length; i++) {
      each[i % batch] += counts[i] ? 1 : 0;
    }
    return each;
  }

  private void draw(SplittableRandom random) {
    numbers.put("x", Numbers.normal(random, 1, steps, batch, channels));
    long rows = (long) cell.gates() * hidden;
    long all = (long) layers * directions();
    double deviation = 1 / Math.sqrt(hidden);
    for (int layer = 0; layer < layers; layer++) {
      int width = layer == 0 ? channels : ways == Ways.JOINED ? 2 * hidden : hidden;
      for (int d = 0; d < directions(); d++) {
        String suffix = suffix(layer, d);
        numbers.put("weight_ih" + suffix, Numbers.normal(random, deviation, rows, width));
        numbers.put("weight_hh" + suffix, Numbers.normal(random, deviation, rows, hidden));
        numbers.put("bias_ih" + suffix, Numbers.normal(random, deviation, rows));
        numbers.put("bias_hh" + suffix, Numbers.normal(random, deviation, rows));
        if (cell.hasPeephole()) {
          numbers.put("peephole" + suffix, Numbers.normal(random, deviation, 3L * hidden));
        }
      }
    }
    if (states) {
      numbers.put("h_0", Numbers.normal(random, 1, all, batch, hidden));
      if (cell.hasCellState()) {
        numbers.put("c_0", Numbers.normal(random, 1, all, batch, hidden));
      }
    }
  }

  int directions() {
    return ways == Ways.ONE ? 1 : 2;
  }

  /** Whether PyTorch has the cell. */
  boolean isInPyTorch() {
    return cell != RecurrentCell.GRU && !cell.hasPeephole();
  }

  static String suffix(int layer, int direction) {
    return "_l" + layer + (direction == 0 ? "" : "_reverse");
  }

  /** Those of layers {@code from} to {@code to}. */
  List<String> suffixes(int from, int to) {
    List<String> all = new ArrayList<>();
    for (int layer = from; layer < to; layer++) {
      for (int d = 0; d < directions(); d++) {
        all.add(suffix(layer, d));
      }
    }
    return all;
  }

  List<String> suffixes() {
    return suffixes(0, layers);
  }

  Numbers get(String name) {
    return numbers.get(name);
  }

  // ---- Steps that do not count ----

  /** Whether steps that do not count are not only at the end. */
  boolean hasGaps() {
    return counts != null;
  }

  /** Whether a step of a sequence counts. */
  boolean counts(int t, int n) {
    return counts != null ? counts[t * batch + n] : lengths == null || t < lengths[n];
  }

  /** For each sequence the steps that count, in their order, and then the others, [T, N]. */
  long[] order() {
    long[] order = new long[steps * batch];
    for (int n = 0; n < batch; n++) {
      int on = 0;
      int off = Math.toIntExact(lengths[n]);
      for (int t = 0; t < steps; t++) {
        order[(counts(t, n) ? on++ : off++) * batch + n] = t;
      }
    }
    return order;
  }

  /** The input with NaN in the steps that do not count, where nothing may look. */
  Numbers poisoned() {
    double[] x = get("x").values();
    for (int i = 0; i < steps * batch; i++) {
      if (!counts(i / batch, i % batch)) {
        Arrays.fill(x, i * channels, (i + 1) * channels, Double.NaN);
      }
    }
    return new Numbers(get("x").shape(), x);
  }

  @Override
  public String toString() {
    return "%s, directions %s, seed %d, T %d N %d C %d H %d, %d layers%s%s%s"
        .formatted(
            cell,
            ways,
            seed,
            steps,
            batch,
            channels,
            hidden,
            layers,
            batchMajor ? ", batch first" : "",
            states ? ", initial states" : "",
            lengths == null
                ? ""
                : (hasGaps() ? ", gaps, lengths " : ", lengths ") + Arrays.toString(lengths));
  }
}
