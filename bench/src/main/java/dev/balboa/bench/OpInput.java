package dev.balboa.bench;

import java.util.SplittableRandom;

/**
 * One input of an operation in the table: what numbers, in what shape. Equal seeds give equal
 * numbers to every contender.
 *
 * @param bound one above the largest whole number
 * @param differentiable whether its gradient is taken
 */
public record OpInput(Kind kind, int bound, boolean differentiable, Dims dims) {
  /** What numbers an input holds. */
  public enum Kind {
    /** Normally distributed. */
    NORMAL,
    /** Between 0.5 and 2. */
    POSITIVE,
    /** Between -0.9 and 0.9. */
    WITHIN_ONE,
    /** Between -1/r and 1/r, r being the root of the last axis. */
    WEIGHT,
    /** Between 0.05 and 0.95. */
    UNIT,
    /** Between 1.1 and 3. */
    ABOVE_ONE,
    /** -1 or 1. */
    SIGN,
    /** Logarithms of probabilities along the last axis. */
    LOG_PROBABILITY,
    /** Symmetric positive definite matrices, the last two axes. */
    POSITIVE_DEFINITE,
    /** Whole numbers from 0 up to the bound. */
    WHOLE,
    /** Unsigned bytes. */
    CODE,
    /** Signed bytes, at most 127 in magnitude. */
    SIGNED_CODE,
    /** True or false, alike often. */
    TRUTH
  }

  /** A shape, compared by its numbers. */
  public record Dims(java.util.List<Long> sizes) {
    static Dims of(long... sizes) {
      return new Dims(java.util.Arrays.stream(sizes).boxed().toList());
    }
  }

  static OpInput normal(long... dims) {
    return new OpInput(Kind.NORMAL, 0, true, Dims.of(dims));
  }

  static OpInput positive(long... dims) {
    return new OpInput(Kind.POSITIVE, 0, true, Dims.of(dims));
  }

  static OpInput withinOne(long... dims) {
    return new OpInput(Kind.WITHIN_ONE, 0, true, Dims.of(dims));
  }

  static OpInput weights(long... dims) {
    return new OpInput(Kind.WEIGHT, 0, true, Dims.of(dims));
  }

  static OpInput unit(long... dims) {
    return new OpInput(Kind.UNIT, 0, true, Dims.of(dims));
  }

  static OpInput aboveOne(long... dims) {
    return new OpInput(Kind.ABOVE_ONE, 0, true, Dims.of(dims));
  }

  static OpInput signs(long... dims) {
    return new OpInput(Kind.SIGN, 0, false, Dims.of(dims));
  }

  static OpInput logProbabilities(long... dims) {
    return new OpInput(Kind.LOG_PROBABILITY, 0, true, Dims.of(dims));
  }

  static OpInput positiveDefinite(long... dims) {
    return new OpInput(Kind.POSITIVE_DEFINITE, 0, true, Dims.of(dims));
  }

  static OpInput codes(long... dims) {
    return new OpInput(Kind.CODE, 256, false, Dims.of(dims));
  }

  static OpInput signedCodes(long... dims) {
    return new OpInput(Kind.SIGNED_CODE, 255, false, Dims.of(dims));
  }

  static OpInput whole(int bound, long... dims) {
    return new OpInput(Kind.WHOLE, bound, false, Dims.of(dims));
  }

  static OpInput truth(long... dims) {
    return new OpInput(Kind.TRUTH, 0, false, Dims.of(dims));
  }

  OpInput constant() {
    return new OpInput(kind, bound, false, dims);
  }

  /** The shape. */
  public long[] shape() {
    return dims.sizes().stream().mapToLong(Long::longValue).toArray();
  }

  private int count() {
    return Math.toIntExact(dims.sizes().stream().reduce(1L, (a, b) -> a * b));
  }

  /** The elements of an input of floating-point numbers. */
  public float[] floats(long seed) {
    return switch (kind) {
      case NORMAL -> Inputs.normal(seed, count());
      case POSITIVE -> between(seed, 0.5, 2);
      case WITHIN_ONE -> Inputs.uniform(seed, count(), 0.9);
      case WEIGHT -> Inputs.uniform(seed, count(), 1 / Math.sqrt(dims.sizes().getLast()));
      case UNIT -> between(seed, 0.05, 0.95);
      case ABOVE_ONE -> between(seed, 1.1, 3);
      case SIGN -> randomSigns(seed);
      case LOG_PROBABILITY -> randomLogProbabilities(seed);
      case POSITIVE_DEFINITE -> randomPositiveDefinite(seed);
      case WHOLE, TRUTH, CODE, SIGNED_CODE ->
          throw new IllegalStateException(kind + " has no fractions");
    };
  }

  private float[] between(long seed, double low, double high) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[count()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextDouble(low, high);
    }
    return x;
  }

  private float[] randomSigns(long seed) {
    float[] x = Inputs.normal(seed, count());
    for (int i = 0; i < x.length; i++) {
      x[i] = Math.copySign(1, x[i]);
    }
    return x;
  }

  private float[] randomLogProbabilities(long seed) {
    float[] x = Inputs.normal(seed, count());
    int n = Math.toIntExact(dims.sizes().getLast());
    for (int from = 0; from < x.length; from += n) {
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += Math.exp(x[from + i]);
      }
      for (int i = 0; i < n; i++) {
        x[from + i] -= (float) Math.log(sum);
      }
    }
    return x;
  }

  /** B B^T / n + 1 for normally distributed B. */
  private float[] randomPositiveDefinite(long seed) {
    int n = Math.toIntExact(dims.sizes().getLast());
    float[] b = Inputs.normal(seed, count());
    float[] a = new float[b.length];
    for (int from = 0; from < a.length; from += n * n) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
          double sum = 0;
          for (int k = 0; k < n; k++) {
            sum += (double) b[from + i * n + k] * b[from + j * n + k];
          }
          a[from + i * n + j] = (float) (sum / n + (i == j ? 1 : 0));
          a[from + j * n + i] = a[from + i * n + j];
        }
      }
    }
    return a;
  }

  /** The elements of an input of whole numbers; 1 for true. */
  public int[] wholes(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return switch (kind) {
      case TRUTH -> random.ints(count(), 0, 2).toArray();
      case SIGNED_CODE -> random.ints(count(), -127, 128).toArray();
      default -> random.ints(count(), 0, bound).toArray();
    };
  }

  /** Whether the elements are {@link #wholes}. */
  public boolean isWhole() {
    return switch (kind) {
      case WHOLE, TRUTH, CODE, SIGNED_CODE -> true;
      default -> false;
    };
  }
}
