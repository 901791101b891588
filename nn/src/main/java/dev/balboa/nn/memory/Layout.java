package dev.balboa.nn.memory;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * How the elements of a tensor lie in its memory. Immutable; equal layouts make equal keys of
 * prepared operations, which is why a layout does not say where in a block it begins: {@link
 * Storage} does.
 */
public sealed interface Layout {

  /**
   * Element (i0, i1, ...) lies at sum(i_k stride_k) elements from the start. Strides may be zero
   * (broadcast), never negative.
   */
  final class Strided implements Layout {
    private final long[] strides;
    private final int hash;

    private Strided(long[] strides) {
      for (long s : strides) {
        if (s < 0) {
          throw new IllegalArgumentException(
              "layout: expected strides of at least 0, got " + Arrays.toString(strides));
        }
      }
      this.strides = strides;
      this.hash = Arrays.hashCode(strides);
    }

    /**
     * The layout with these strides, in elements.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public static Strided of(long... strides) {
      return new Strided(strides.clone());
    }

    /**
     * Row-major without gaps. A dimension of size 0 counts as 1, so that no stride is 0.
     *
     * @throws IllegalArgumentException if a dimension is negative or the elements are more than
     *     2^63 - 1
     */
    public static Strided contiguous(long... dims) {
      long[] strides = new long[dims.length];
      long stride = 1;
      for (int i = dims.length - 1; i >= 0; i--) {
        strides[i] = stride;
        stride = multiply(stride, Math.max(1, checkDim(dims, i)), dims);
      }
      return new Strided(strides);
    }

    /** A copy of the strides, in elements. */
    public long[] strides() {
      return strides.clone();
    }

    /** Number of axes. */
    public int rank() {
      return strides.length;
    }

    /** The stride of one axis, in elements. */
    public long stride(int axis) {
      return strides[axis];
    }

    /**
     * Whether elements of these dimensions lie row-major without gaps; strides of axes of size one
     * don't matter. True if there is no element.
     *
     * @throws IllegalArgumentException if the dimensions are not as many as the strides
     */
    public boolean isContiguous(long... dims) {
      checkRank(dims);
      long expected = 1;
      boolean dense = true;
      for (int i = dims.length - 1; i >= 0; i--) {
        if (dims[i] == 0) {
          return true;
        }
        dense &= dims[i] == 1 || strides[i] == expected;
        expected *= dims[i];
      }
      return dense;
    }

    /**
     * One more than the largest element offset that these dimensions reach; 0 if there is no
     * element. From the storage's offset on, its block must hold that many elements.
     *
     * @throws IllegalArgumentException if the dimensions are not as many as the strides, one is
     *     negative, or the result is more than 2^63 - 1
     */
    public long extent(long... dims) {
      checkRank(dims);
      long extent = 1;
      boolean empty = false;
      for (int i = 0; i < dims.length; i++) {
        long last = checkDim(dims, i) - 1;
        empty |= last < 0;
        extent += multiply(strides[i], Math.max(0, last), dims);
        if (extent < 0) {
          throw tooLarge(dims);
        }
      }
      return empty ? 0 : extent;
    }

    private void checkRank(long[] dims) {
      if (dims.length != strides.length) {
        throw new IllegalArgumentException(
            "layout: expected " + strides.length + " dimensions, got " + Arrays.toString(dims));
      }
    }

    private static long checkDim(long[] dims, int i) {
      if (dims[i] < 0) {
        throw new IllegalArgumentException(
            "layout: expected dimensions of at least 0, got " + Arrays.toString(dims));
      }
      return dims[i];
    }

    private static long multiply(long a, long b, long[] dims) {
      if (Math.multiplyHigh(a, b) != 0 || a * b < 0) {
        throw tooLarge(dims);
      }
      return a * b;
    }

    private static IllegalArgumentException tooLarge(long[] dims) {
      return new IllegalArgumentException(
          "layout: expected at most 2^63 - 1 elements, got dimensions " + Arrays.toString(dims));
    }

    @Override
    public boolean equals(Object o) {
      return this == o
          || (o instanceof Strided s && hash == s.hash && Arrays.equals(strides, s.strides));
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public String toString() {
      return "strided" + Arrays.toString(strides);
    }
  }

  /**
   * A backend's own layout: blocked, padded, or a workspace. Only that backend computes on it;
   * anyone may unpack it.
   */
  non-sealed interface Opaque extends Layout {
    /** Name of the backend that understands it. */
    String backend();

    /** Size of the memory in bytes. */
    long byteSize();

    /**
     * Writes the logical elements densely in row-major order.
     *
     * @throws UnsupportedOperationException for a workspace, which has no logical elements
     */
    void unpack(MemorySegment source, MemorySegment target);
  }
}
