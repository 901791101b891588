package dev.balboa.nn.data;

/**
 * The order of the samples in one epoch: a function of seed, epoch and size alone, the same on
 * every platform and JDK.
 */
final class Permutation {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private Permutation() {}

  static int[] identity(int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    return order;
  }

  /** Fisher and Yates's shuffle with SplitMix64 (Steele, Lea and Flood, 2014). */
  static int[] shuffled(int size, long seed, long epoch) {
    int[] order = identity(size);
    long state = mix(seed) ^ mix(epoch + GAMMA);
    for (int i = size - 1; i > 0; i--) {
      state += GAMMA;
      int j = (int) Math.unsignedMultiplyHigh(mix(state), i + 1L);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  static long mix(long x) {
    long z = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
