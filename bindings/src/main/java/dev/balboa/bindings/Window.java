package dev.balboa.bindings;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * How a convolution or pooling window moves over the spatial axes, outermost first ({@code D, H,
 * W}). Dilations count as users count them: 1 is a dense window. oneDNN counts from zero; the
 * conversion happens here and nowhere else. Immutable.
 */
public final class Window {

  private final long[] strides;
  private final long[] dilations;
  private final long[] padBegin;
  private final long[] padEnd;

  private Window(long[] strides, long[] dilations, long[] padBegin, long[] padEnd) {
    this.strides = strides;
    this.dilations = dilations;
    this.padBegin = padBegin;
    this.padEnd = padEnd;
  }

  /**
   * Returns a window.
   *
   * @param strides steps, at least 1
   * @param dilations distances between neighbouring taps, at least 1
   * @param padBegin padding before the first element
   * @param padEnd padding after the last element
   */
  public static Window of(long[] strides, long[] dilations, long[] padBegin, long[] padEnd) {
    int axes = strides.length;
    if (dilations.length != axes || padBegin.length != axes || padEnd.length != axes) {
      throw new IllegalArgumentException(
          "window: strides, dilations and paddings are for "
              + axes
              + ", "
              + dilations.length
              + ", "
              + padBegin.length
              + " and "
              + padEnd.length
              + " axes");
    }
    if (Arrays.stream(strides).anyMatch(s -> s < 1)
        || Arrays.stream(dilations).anyMatch(d -> d < 1)) {
      throw new IllegalArgumentException(
          "window: strides "
              + Arrays.toString(strides)
              + " and dilations "
              + Arrays.toString(dilations)
              + " start from 1");
    }
    return new Window(strides.clone(), dilations.clone(), padBegin.clone(), padEnd.clone());
  }

  /** Returns a dense window with stride 1 and no padding over {@code axes} spatial axes. */
  public static Window unit(int axes) {
    long[] ones = new long[axes];
    Arrays.fill(ones, 1);
    return new Window(ones, ones, new long[axes], new long[axes]);
  }

  int axes() {
    return strides.length;
  }

  long stride(int axis) {
    return strides[axis];
  }

  long dilation(int axis) {
    return dilations[axis];
  }

  long padBegin(int axis) {
    return padBegin[axis];
  }

  MemorySegment strides(CallScope scope) {
    return scope.dims(strides);
  }

  MemorySegment dilates(CallScope scope) {
    return scope.dims(Arrays.stream(dilations).map(d -> d - 1).toArray());
  }

  MemorySegment padBegin(CallScope scope) {
    return scope.dims(padBegin);
  }

  MemorySegment padEnd(CallScope scope) {
    return scope.dims(padEnd);
  }

  /** oneDNN reads one value per spatial axis; without this check it would read past the arrays. */
  void requireRank(String op, MemoryDesc data) {
    if (data.ndims() != axes() + 2) {
      throw new IllegalArgumentException(
          op + ": a window over " + axes() + " axes does not fit " + data);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Window that
        && Arrays.equals(strides, that.strides)
        && Arrays.equals(dilations, that.dilations)
        && Arrays.equals(padBegin, that.padBegin)
        && Arrays.equals(padEnd, that.padEnd);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(strides) * 31 + Arrays.hashCode(padBegin);
  }

  @Override
  public String toString() {
    return "strides="
        + Arrays.toString(strides)
        + ", dilations="
        + Arrays.toString(dilations)
        + ", padding="
        + Arrays.toString(padBegin)
        + ".."
        + Arrays.toString(padEnd);
  }
}
