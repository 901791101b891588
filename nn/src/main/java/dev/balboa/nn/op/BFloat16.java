package dev.balboa.nn.op;

/** Conversions of {@link DType#BF16} elements, which are the upper 16 bits of an F32. */
public final class BFloat16 {
  private static final int ROUND = 0x7FFF;
  private static final int QUIET = 0x0040;

  private BFloat16() {}

  /**
   * The nearest BF16, ties to even, rounded once: not through the nearest F32. Too large numbers
   * become infinite.
   */
  public static short of(double x) {
    float nearest = (float) x;
    int bits = Float.floatToRawIntBits(nearest);
    if (Float.isNaN(nearest)) {
      return (short) ((bits >>> 16) | QUIET);
    }
    if (nearest != x) {
      // The lower neighbour in magnitude, with its last bit saying that there is more.
      bits = (Math.abs((double) nearest) > Math.abs(x) ? bits - 1 : bits) | 1;
    }
    return (short) ((bits + ROUND + ((bits >>> 16) & 1)) >>> 16);
  }

  /** The nearest BF16 of an integer, ties to even, rounded once. */
  public static short of(long x) {
    boolean exact = Math.abs(x) >>> 53 == 0;
    // What a double cannot hold only has to say that there is more.
    return of((double) (exact || (x & 0x7FF) == 0 ? x : (x & ~0x7FF) | 0x400));
  }

  /** The value of the element with these bits. */
  public static float toFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** The value of the nearest BF16. */
  public static double round(double x) {
    return toFloat(of(x));
  }
}
