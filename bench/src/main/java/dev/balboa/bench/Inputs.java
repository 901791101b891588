package dev.balboa.bench;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The numbers that all contenders compute on, from fixed seeds: two contenders that do the same
 * task must come to the same {@link Workload#checksum}. Arrays are row-major and belong to the
 * caller.
 */
public final class Inputs {
  private Inputs() {}

  /** Normally distributed values; equal arguments give equal values. */
  public static float[] normal(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Values uniform in {@code [-bound, bound)}. */
  public static float[] uniform(long seed, int count, double bound) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-bound, bound);
    }
    return values;
  }

  /**
   * Pictures to train on: ten random prototypes of 28 x 28 under noise, one label in ten wrong.
   * They can be learned but not soon by heart, so that gradients keep an ordinary size while a step
   * is repeated. A real set would do the same and need a download.
   */
  public static final class Pictures {
    /** The number of pixels of one picture. */
    public static final int PIXELS = 28 * 28;

    private final float[] images;
    private final int[] labels;

    private Pictures(float[] images, int[] labels) {
      this.images = images;
      this.labels = labels;
    }

    /** The set itself; equal arguments give equal pictures. */
    public static Pictures of(int count) {
      float[] prototypes = normal(1, 10 * PIXELS);
      SplittableRandom random = new SplittableRandom(2);
      float[] images = new float[count * PIXELS];
      int[] labels = new int[count];
      for (int i = 0; i < count; i++) {
        int digit = random.nextInt(10);
        labels[i] = random.nextInt(10) == 0 ? random.nextInt(10) : digit;
        for (int p = 0; p < PIXELS; p++) {
          images[i * PIXELS + p] =
              0.3f * prototypes[digit * PIXELS + p] + (float) random.nextGaussian();
        }
      }
      return new Pictures(images, labels);
    }

    /** The number of pictures. */
    public int count() {
      return labels.length;
    }

    /** Pictures {@code from} to {@code to - 1}, {@code [to - from, 1, 28, 28]}. */
    public float[] images(int from, int to) {
      return Arrays.copyOfRange(images, from * PIXELS, to * PIXELS);
    }

    /** Their labels, 0 to 9. */
    public int[] labels(int from, int to) {
      return Arrays.copyOfRange(labels, from, to);
    }
  }
}
