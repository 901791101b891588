package dev.balboa.nn.backend.reference;

import dev.balboa.nn.op.DType;

/**
 * The elements of one tensor in row-major order: {@code double} for floating-point types, {@code
 * long} for all others, so that no value changes on the way in.
 */
final class Elements {
  private final double[] reals;
  private final long[] wholes;

  private Elements(double[] reals, long[] wholes) {
    this.reals = reals;
    this.wholes = wholes;
  }

  /** Zeros. */
  static Elements zeros(DType dtype, int count) {
    return dtype.isFloating()
        ? new Elements(new double[count], null)
        : new Elements(null, new long[count]);
  }

  boolean isReal() {
    return reals != null;
  }

  /** The elements of a floating-point tensor, shared. */
  double[] reals() {
    if (reals == null) {
      throw new IllegalStateException("elements: expected a floating-point tensor");
    }
    return reals;
  }

  /** The elements of an integer or boolean tensor, shared. */
  long[] wholes() {
    if (wholes == null) {
      throw new IllegalStateException("elements: expected an integer tensor");
    }
    return wholes;
  }

  int count() {
    return isReal() ? reals.length : wholes.length;
  }

  /** Copies {@code count} elements of {@code source} from {@code from} on to {@code to} on. */
  void copy(Elements source, int from, int to, int count) {
    if (isReal()) {
      System.arraycopy(source.reals(), from, reals, to, count);
    } else {
      System.arraycopy(source.wholes(), from, wholes, to, count);
    }
  }
}
