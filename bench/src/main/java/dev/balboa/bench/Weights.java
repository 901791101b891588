package dev.balboa.bench;

/**
 * The weights of models for inference, by the names that PyTorch's modules give them: every
 * contender computes with the same.
 */
public final class Weights {
  private static final double SMALL = 0.1;

  private Weights() {}

  /**
   * Values for one parameter, row-major. Matrices and kernels keep the variance of what comes in;
   * scales and variances are around 1, all else with one axis around 0.
   */
  public static float[] of(String name, long... dims) {
    long count = 1;
    for (long dim : dims) {
      count *= dim;
    }
    int size = Math.toIntExact(count);
    if (dims.length > 1) {
      return Inputs.uniform(name.hashCode(), size, Math.sqrt(3.0 * dims[0] / size));
    }
    float[] values = Inputs.uniform(name.hashCode(), size, SMALL);
    if (name.endsWith("weight") || name.endsWith("running_var")) {
      for (int i = 0; i < size; i++) {
        values[i] += 1;
      }
    }
    return values;
  }

  /** What a model reads in inference. */
  public static float[] input(long... dims) {
    return of("input", dims);
  }
}
