package dev.balboa.bench;

import dev.balboa.bench.Task.Conv2d;
import dev.balboa.bench.Task.Direction;

/**
 * The measured network: conv 3x3x32 same, ReLU, max pool 2, conv 3x3x64 same, ReLU, max pool 2,
 * flatten, dense 128, ReLU, dense 10, on pictures of 1 x 28 x 28. Here are the weights that every
 * contender starts from, uniform within {@code 1 / sqrt(fan in)}.
 */
public final class Cnn {
  /**
   * The number of pictures that batches are taken from in turn: far more than a measurement gets
   * through at batch 1.
   */
  public static final int PICTURES = 8192;

  /** Adam's learning rate; its other settings are 0.9, 0.999 and 1e-8, and no decay. */
  public static final double LEARNING_RATE = 1e-3;

  private Cnn() {}

  /** {@code [32, 1, 3, 3]}. */
  public static float[] conv1Weight() {
    return layer(10, 32 * 9, 9);
  }

  /** {@code [32]}. */
  public static float[] conv1Bias() {
    return layer(11, 32, 9);
  }

  /** {@code [64, 32, 3, 3]}. */
  public static float[] conv2Weight() {
    return layer(12, 64 * 32 * 9, 32 * 9);
  }

  /** {@code [64]}. */
  public static float[] conv2Bias() {
    return layer(13, 64, 32 * 9);
  }

  /** {@code [128, 3136]}: row o holds the weights of output o, inputs in the order of NCHW. */
  public static float[] dense1Weight() {
    return layer(14, 128 * 3136, 3136);
  }

  /** {@code [128]}. */
  public static float[] dense1Bias() {
    return layer(15, 128, 3136);
  }

  /** {@code [10, 128]}. */
  public static float[] dense2Weight() {
    return layer(16, 10 * 128, 128);
  }

  /** {@code [10]}. */
  public static float[] dense2Bias() {
    return layer(17, 10, 128);
  }

  private static float[] layer(long seed, int count, int fanIn) {
    return Inputs.uniform(seed, count, 1 / Math.sqrt(fanIn));
  }

  static double forwardFlops(int batch) {
    return Conv2d.first(batch, Direction.FORWARD).flops()
        + Conv2d.second(batch, Direction.FORWARD).flops()
        + 2.0 * batch * (3136 * 128 + 128 * 10);
  }
}
