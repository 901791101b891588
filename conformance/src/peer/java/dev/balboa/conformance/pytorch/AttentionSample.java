package dev.balboa.conformance.pytorch;

import dev.balboa.nn.layer.AttentionMask;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Inputs of random shape for attention, and what is hidden from it. Parameters are drawn by their
 * names.
 *
 * <p>Rows have six elements or more, and queries two keys or more to choose from. Of fewer, layer
 * normalisation and softmax are all but constant, their derivatives what rounding leaves of zero,
 * and comparing those would be comparing noise.
 */
final class AttentionSample {
  /** What a query does not see, beside the padding of the keys. */
  enum Mask {
    NONE,

    /** What comes after it. */
    CAUSAL,

    /** Some of the keys, by a mask of truth values. */
    PAIRS,

    /** Nothing, but scores are raised and lowered by a mask of numbers. */
    ADDED
  }

  private static final int LEAST_WIDTH = 6;

  final long seed;
  final int heads;
  final int width;
  final int batch;
  final int length;
  final int memoryLength;
  final int memoryWidth;
  final int hidden;

  /** Whether the feed-forward part has GELU; ReLU if not. */
  final boolean gelu;

  final Mask mask;

  /** Of the keys; {@code null} if no sequence is padded. */
  final int[] lengths;

  private final Numbers x;
  private final Numbers memory;
  private final Numbers pairs;

  private AttentionSample(long seed, boolean self, boolean wide) {
    this(seed, self, wide, Mask.values()[(int) (seed % Mask.values().length)], true);
  }

  private AttentionSample(long seed, boolean self, boolean wide, Mask mask, boolean maybePadded) {
    SplittableRandom random = new SplittableRandom(seed);
    this.seed = seed;
    heads = random.nextInt(1, 5);
    int headWidth = 2 * random.nextInt(1, 9);
    width = heads * Math.max(headWidth, (LEAST_WIDTH + heads - 1) / heads);
    batch = random.nextInt(1, 5);
    length = random.nextInt(2, 13);
    memoryLength = self ? length : random.nextInt(2, 13);
    memoryWidth = wide ? random.nextInt(LEAST_WIDTH, 33) : width;
    hidden = random.nextInt(LEAST_WIDTH, 33);
    gelu = random.nextBoolean();
    this.mask = mask;
    boolean padded = !random.nextBoolean() && maybePadded;
    lengths = padded ? random.ints(batch, 2, memoryLength + 1).toArray() : null;
    x = Numbers.normal(random, 1, batch, length, width);
    memory = Numbers.normal(random, 1, batch, memoryLength, memoryWidth);
    pairs = Numbers.normal(random, 1, length, memoryLength);
  }

  /** For attention of x to itself. */
  static AttentionSample self(long seed) {
    return new AttentionSample(seed, true, false);
  }

  /** For attention of x to a memory of the same width. */
  static AttentionSample cross(long seed) {
    return new AttentionSample(seed, false, false);
  }

  /** For attention of x to a memory of another width. */
  static AttentionSample crossWide(long seed) {
    return new AttentionSample(seed, false, true);
  }

  /** For decoding: each position of x sees those before it. */
  static AttentionSample decoding(long seed) {
    return new AttentionSample(seed, true, false, Mask.CAUSAL, false);
  }

  /** For decoding on a memory, of which nothing is hidden but padding. */
  static AttentionSample decodingOnMemory(long seed) {
    return new AttentionSample(seed, false, false, Mask.NONE, true);
  }

  Numbers parameter(String name, long... dims) {
    return Numbers.named(seed, name, dims);
  }

  // ---- Inputs ----

  Numbers x() {
    return x;
  }

  /** x with this in its padding, where it attends to itself. */
  Numbers x(double padding) {
    return padded(x, padding);
  }

  Numbers memory(double padding) {
    return padded(memory, padding);
  }

  private Numbers padded(Numbers from, double padding) {
    double[] values = from.values();
    int columns = Math.toIntExact(from.shape().dim(2));
    double[] on = counts().values();
    for (int i = 0; i < values.length; i++) {
      if (on[i / columns] == 0) {
        values[i] = padding;
      }
    }
    return new Numbers(from.shape(), values);
  }

  /** 1 for keys that count, 0 for padding, [B, Lk, 1]. */
  Numbers counts() {
    double[] on = new double[batch * memoryLength];
    Arrays.setAll(on, i -> lengths == null || i % memoryLength < lengths[i / memoryLength] ? 1 : 0);
    return new Numbers(Shape.of(batch, memoryLength, 1), on);
  }

  /** What is added to scores, [Lq, Lk]. */
  Numbers added() {
    return pairs;
  }

  /** 1 where a query sees a key, 0 where not, [Lq, Lk]; the first key is seen by all. */
  Numbers seen() {
    double[] z = pairs.values();
    double[] seen = new double[z.length];
    Arrays.setAll(
        seen,
        i -> {
          int query = i / memoryLength;
          int key = i % memoryLength;
          boolean visible =
              switch (mask) {
                case NONE, ADDED -> true;
                case CAUSAL -> key <= query;
                case PAIRS -> key == 0 || z[i] < 0.5;
              };
          return visible ? 1 : 0;
        });
    return new Numbers(pairs.shape(), seen);
  }

  /** The mask as Balboa has it; a causal layer has its own. */
  AttentionMask mask(BalboaSide side) {
    Tensor tensor =
        switch (mask) {
          case NONE, CAUSAL -> null;
          case PAIRS ->
              side.constant(seen())
                  .compare(CompareKind.GT, side.constant(new Numbers(Shape.scalar(), 0)));
          case ADDED -> side.constant(added());
        };
    return new AttentionMask(tensor, lengths == null ? null : Tensor.of(lengths, batch));
  }

  boolean causal() {
    return mask == Mask.CAUSAL;
  }

  @Override
  public String toString() {
    return "seed %d, B %d L %d Lk %d, width %d, memory %d, %d heads, hidden %d, %s, %s%s"
        .formatted(
            seed,
            batch,
            length,
            memoryLength,
            width,
            memoryWidth,
            heads,
            hidden,
            gelu ? "GELU" : "ReLU",
            mask,
            lengths == null ? "" : ", lengths " + Arrays.toString(lengths));
  }
}
