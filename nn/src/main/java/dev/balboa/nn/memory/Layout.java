package dev.balboa.nn.memory;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * How the elements of a tensor lie in its memory. Immutable; equal layouts make equal keys of
 * prepared operations.
 */
public sealed interface Layout {

  /**
   * Element (i0, i1, ...) lies at sum(i_k stride_k) elements from the start. Strides may be zero
   * (broadcast).
   */
  final class Strided implements Layout {
    private final long[] strides;
    private final int hash;

    private Strided(long[] strides) {
      for (long s : strides) {
        if (s < 0) {
          throw new IllegalArgumentException(
              "layout: negative stride in " + Arrays.toString(strides));
        }
      }
      this.strides = strides;
      this.hash = Arrays.hashCode(strides);
    }

    /** The layout with these strides, in elements. */
    public static Strided of(long... strides) {
      return new Strided(strides.clone());
    }

    /** Row-major without gaps. */
    public static Strided contiguous(long... dims) {
      long[] strides = new long[dims.length];
      long stride = 1;
      for (int i = dims.length - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= Math.max(1, dims[i]);
      }
      return new Strided(strides);
    }

    /** A copy of the strides, in elements. */
    public long[] strides() {
      return strides.clone();
    }

    /** The stride of one axis, in elements. */
    public long stride(int axis) {
      return strides[axis];
    }

    /**
     * Whether elements of these dimensions lie row-major without gaps; strides of axes of size one
     * don't matter.
     */
    public boolean isContiguous(long... dims) {
      long expected = 1;
      for (int i = dims.length - 1; i >= 0; i--) {
        if (dims[i] == 0) {
          return true;
        }
        if (dims[i] != 1 && strides[i] != expected) {
          return false;
        }
        expected *= dims[i];
      }
      return true;
    }

    /**
     * One more than the largest element offset that these dimensions reach; 0 if there is no
     * element.
     */
    public long extent(long... dims) {
      long last = 0;
      for (int i = 0; i < dims.length; i++) {
        if (dims[i] == 0) {
          return 0;
        }
        last += (dims[i] - 1) * strides[i];
      }
      return last + 1;
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
