package dev.balboa.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * An index array with one index an element, and the larger tensor that it points into along one
 * axis. Prepared once and used in any number of runs; immutable and thread-safe. Holds a few bytes
 * of off-heap memory that go with the object.
 */
public final class IndexGeometry {

  private final int axis;
  private final long size;
  private final long count;
  private final long wholeCount;
  private final int ndim;
  private final MemorySegment dims;
  private final MemorySegment wholeDims;

  private IndexGeometry(int axis, long[] whole, long[] dims) {
    this.axis = axis;
    this.size = whole[axis];
    this.ndim = dims.length;
    this.count = volume(dims);
    this.wholeCount = volume(whole);
    Arena arena = Arena.ofAuto();
    this.dims = arena.allocateFrom(ValueLayout.JAVA_LONG, dims);
    this.wholeDims = arena.allocateFrom(ValueLayout.JAVA_LONG, whole);
  }

  /**
   * Returns the geometry of indices of shape {@code dims} into a tensor of shape {@code whole},
   * which is at least as long on all axes but {@code axis}.
   */
  public static IndexGeometry of(int axis, long[] whole, long[] dims) {
    boolean fits = dims.length == whole.length && axis >= 0 && axis < dims.length;
    for (int d = 0; fits && d < dims.length; d++) {
      fits = dims[d] >= 0 && whole[d] >= 0 && (d == axis || dims[d] <= whole[d]);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "index geometry: indices "
              + Arrays.toString(dims)
              + " along axis "
              + axis
              + " of "
              + Arrays.toString(whole));
    }
    return new IndexGeometry(axis, whole, dims);
  }

  private static long volume(long... dims) {
    long n = 1;
    for (long dim : dims) {
      n = KernelChecks.volume("index geometry", n, dim);
    }
    return n;
  }

  /** Returns how many indices there are. */
  public long count() {
    return count;
  }

  /** Returns the length of the axis that is pointed into. */
  public long size() {
    return size;
  }

  void require(String kernel, int elementSize, MemorySegment whole, MemorySegment part) {
    KernelChecks.elements(kernel, "tensor", whole, wholeCount, elementSize);
    KernelChecks.elements(kernel, "elements", part, count, elementSize);
  }

  int axis() {
    return axis;
  }

  int ndim() {
    return ndim;
  }

  MemorySegment dims() {
    return dims;
  }

  MemorySegment wholeDims() {
    return wholeDims;
  }
}
