package dev.balboa.nn.backend.reference;

/**
 * The counter-based generator Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011). Number i of a stream is word i mod 4 of the block with
 * counter i / 4.
 *
 * <p>Keeps the last block, so numbers are best asked for in order. Not for sharing.
 */
final class Philox {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final long LOW = 0xFFFFFFFFL;
  private static final double UNIT = 0x1p-24;

  private final long seed;
  private final long sequence;
  private long current;
  private int[] words;

  /**
   * @param key seed and sequence number
   */
  Philox(long[] key) {
    this.seed = key[0];
    this.sequence = key[1];
    this.words = block(0);
  }

  /** Number {@code i}, uniform in [0, 1), a multiple of 2^-24. */
  double uniform(long i) {
    return (word(i) >>> 8) * UNIT;
  }

  /**
   * Number {@code i} of the standard normal distribution, by Box and Muller's method on the words
   * (0, 1) and (2, 3) of a block.
   */
  double normal(long i) {
    long first = i & ~1;
    double u1 = ((word(first) >>> 8) + 1) * UNIT;
    double angle = 2 * Math.PI * uniform(first + 1);
    double radius = Math.sqrt(-2 * Math.log(u1));
    return radius * (i == first ? Math.cos(angle) : Math.sin(angle));
  }

  /**
   * Integer {@code i} of [0, range), range being unsigned: see {@link
   * dev.balboa.nn.op.RandomIntegers}.
   */
  long below(long i, long range) {
    long reject = Long.remainderUnsigned(-range, range);
    for (long attempt = 0; ; attempt++) {
      int[] block = block(i / 2 + (attempt << 56));
      int first = (int) (i % 2 * 2);
      long w = (block[first] & LOW) | ((long) block[first + 1] << 32);
      if (Long.compareUnsigned(w * range, reject) >= 0) {
        return Math.unsignedMultiplyHigh(w, range);
      }
    }
  }

  private int word(long i) {
    if (i / 4 != current) {
      current = i / 4;
      words = block(current);
    }
    return words[(int) (i % 4)];
  }

  /** The four words of one counter. */
  int[] block(long counter) {
    int[] c = {(int) counter, (int) (counter >>> 32), (int) sequence, (int) (sequence >>> 32)};
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long p0 = MULTIPLIER_0 * (c[0] & LOW);
      long p1 = MULTIPLIER_1 * (c[2] & LOW);
      c =
          new int[] {
            (int) (p1 >>> 32) ^ c[1] ^ k0, (int) p1, (int) (p0 >>> 32) ^ c[3] ^ k1, (int) p0
          };
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    return c;
  }
}
