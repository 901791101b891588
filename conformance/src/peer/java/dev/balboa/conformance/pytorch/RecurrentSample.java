package dev.balboa.conformance.pytorch;

import dev.balboa.nn.op.RecurrentCell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A recurrent layer of random shape with random weights, as PyTorch has it, and a random input. */
final class RecurrentSample {
  private static final int LARGE = 544;

  final long seed;
  final RecurrentCell cell;
  final int layers;
  final boolean bidirectional;
  final boolean states;
  final int steps;
  final int batch;
  final int channels;
  final int hidden;

  /** Of the sequences; {@code null} if none is shorter than the steps. */
  final long[] lengths;

  /** Everything that gradients are taken of, by PyTorch's name; {@code x} is [T, N, C]. */
  private final Map<String, Numbers> numbers = new LinkedHashMap<>();

  private RecurrentSample(RecurrentCell cell, long seed, boolean one, boolean large) {
    SplittableRandom random = new SplittableRandom(seed);
    this.seed = seed;
    this.cell = cell;
    layers = one ? 1 : random.nextInt(1, 4);
    bidirectional = !one && random.nextBoolean();
    states = random.nextBoolean();
    steps = random.nextInt(1, 17);
    batch = random.nextInt(1, 11);
    channels = random.nextInt(1, 41);
    hidden = large ? LARGE : random.nextInt(1, 41);
    lengths = random.nextBoolean() ? null : random.longs(batch, 1, steps + 1).toArray();
    draw(random);
  }

  /** One layer in one direction. */
  static RecurrentSample single(RecurrentCell cell, long seed) {
    return new RecurrentSample(cell, seed, true, false);
  }

  /** One layer in one direction, whose weights no cache of a core holds. */
  static RecurrentSample large(RecurrentCell cell, long seed) {
    return new RecurrentSample(cell, seed, true, true);
  }

  /** Layers upon each other, in one direction or both. */
  static RecurrentSample stacked(RecurrentCell cell, long seed) {
    return new RecurrentSample(cell, seed, false, false);
  }

  private void draw(SplittableRandom random) {
    numbers.put("x", Numbers.normal(random, 1, steps, batch, channels));
    long rows = (long) cell.gates() * hidden;
    long all = (long) layers * directions();
    double deviation = 1 / Math.sqrt(hidden);
    for (int layer = 0; layer < layers; layer++) {
      int width = layer == 0 ? channels : hidden * directions();
      for (int d = 0; d < directions(); d++) {
        String suffix = suffix(layer, d);
        numbers.put("weight_ih" + suffix, Numbers.normal(random, deviation, rows, width));
        numbers.put("weight_hh" + suffix, Numbers.normal(random, deviation, rows, hidden));
        numbers.put("bias_ih" + suffix, Numbers.normal(random, deviation, rows));
        numbers.put("bias_hh" + suffix, Numbers.normal(random, deviation, rows));
      }
    }
    if (states) {
      numbers.put("h_0", Numbers.normal(random, 1, all, batch, hidden));
      if (cell.hasCellState()) {
        numbers.put("c_0", Numbers.normal(random, 1, all, batch, hidden));
      }
    }
    if (cell.hasPeephole()) {
      numbers.put("peephole", Numbers.normal(random, deviation, 3L * hidden));
    }
  }

  int directions() {
    return bidirectional ? 2 : 1;
  }

  static String suffix(int layer, int direction) {
    return "_l" + layer + (direction == 0 ? "" : "_reverse");
  }

  List<String> suffixes() {
    List<String> all = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      for (int d = 0; d < directions(); d++) {
        all.add(suffix(layer, d));
      }
    }
    return all;
  }

  Numbers get(String name) {
    return numbers.get(name);
  }

  /** The input with NaN in the padding, where nothing may look. */
  Numbers poisoned() {
    double[] x = get("x").values();
    for (int n = 0; lengths != null && n < batch; n++) {
      for (int t = Math.toIntExact(lengths[n]); t < steps; t++) {
        int row = (t * batch + n) * channels;
        java.util.Arrays.fill(x, row, row + channels, Double.NaN);
      }
    }
    return new Numbers(get("x").shape(), x);
  }

  @Override
  public String toString() {
    return "%s%s, seed %d, T %d N %d C %d H %d, %d layers%s%s"
        .formatted(
            cell,
            bidirectional ? " both ways" : "",
            seed,
            steps,
            batch,
            channels,
            hidden,
            layers,
            states ? ", initial states" : "",
            lengths == null ? "" : ", lengths " + java.util.Arrays.toString(lengths));
  }
}
