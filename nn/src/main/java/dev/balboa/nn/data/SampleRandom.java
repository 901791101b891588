package dev.balboa.nn.data;

/**
 * Random numbers for one sample in one epoch: a function of seed, epoch and index alone, so that
 * augmented data are the same whichever thread makes them and in whichever order. The generator is
 * SplitMix64 (Steele, Lea and Flood, 2014).
 *
 * <p>Thread rule: used by one thread.
 */
public final class SampleRandom {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /** The numbers of a sample. */
  public SampleRandom(long seed, long epoch, int index) {
    state = hash(hash(hash(seed, 3), epoch), index);
  }

  private static long hash(long s, long v) {
    return Permutation.mix(s + (v + 1) * GAMMA);
  }

  /** 64 random bits. */
  public long bits() {
    state += GAMMA;
    return Permutation.mix(state);
  }

  /** Uniform in [0, 1). */
  public double uniform() {
    return (bits() >>> 11) * 0x1.0p-53;
  }

  /** Uniform in [low, high); {@code low} if both are equal. */
  public double uniform(double low, double high) {
    return low + (high - low) * uniform();
  }

  /** Uniform in [0, bound), for a bound of at least 1. */
  public int below(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("sample random: expected a bound >= 1, got " + bound);
    }
    return (int) Math.unsignedMultiplyHigh(bits(), bound);
  }

  /** True with this probability. */
  public boolean chance(double probability) {
    return uniform() < probability;
  }
}
