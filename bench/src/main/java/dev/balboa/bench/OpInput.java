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
    /** Whole numbers from 0 up to the bound. */
    WHOLE,
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
    SplittableRandom random = new SplittableRandom(seed);
    return switch (kind) {
      case NORMAL -> Inputs.normal(seed, count());
      case POSITIVE -> {
        float[] x = new float[count()];
        for (int i = 0; i < x.length; i++) {
          x[i] = (float) random.nextDouble(0.5, 2);
        }
        yield x;
      }
      case WITHIN_ONE -> Inputs.uniform(seed, count(), 0.9);
      case WHOLE, TRUTH -> throw new IllegalStateException(kind + " has no fractions");
    };
  }

  /** The elements of an input of whole numbers; 1 for true. */
  public int[] wholes(long seed) {
    return new SplittableRandom(seed).ints(count(), 0, kind == Kind.TRUTH ? 2 : bound).toArray();
  }

  /** Whether the elements are {@link #wholes}. */
  public boolean isWhole() {
    return kind == Kind.WHOLE || kind == Kind.TRUTH;
  }
}
