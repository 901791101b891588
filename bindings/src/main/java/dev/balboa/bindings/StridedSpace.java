package dev.balboa.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The index space of a strided kernel: dimensions and, for each operand, where its elements lie.
 * Prepared once and used in any number of runs; immutable and thread-safe. Holds a few bytes of
 * off-heap memory that go with the object.
 */
public final class StridedSpace {

  /** How one operand is laid out. Immutable. */
  public static final class Operand {

    private final long offset;
    private final long[] strides;

    private Operand(long offset, long[] strides) {
      this.offset = offset;
      this.strides = strides;
    }

    /**
     * Returns a layout.
     *
     * @param offset of the element at index zero, in elements from the start of the segment
     * @param strides of each axis in elements; 0 repeats the operand along an axis, negative ones
     *     walk backwards
     */
    public static Operand of(long offset, long... strides) {
      return new Operand(offset, strides.clone());
    }

    /** Returns the layout of a dense row-major operand that starts with its segment. */
    public static Operand contiguous(long... dims) {
      long[] strides = new long[dims.length];
      long stride = 1;
      for (int i = dims.length - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= Math.max(1, dims[i]);
      }
      return new Operand(0, strides);
    }
  }

  private final long[] dims;
  private final long count;
  private final MemorySegment nativeDims;
  private final long[] offsets;
  private final String[] names; // made once: a call allocates nothing
  private final boolean[] repeats;
  private final long[] lasts;
  private final MemorySegment[] nativeStrides;
  private final MemorySegment allStrides;

  private StridedSpace(long[] dims, Operand[] operands) {
    this.dims = dims;
    this.count = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    this.offsets = new long[operands.length];
    this.names = new String[operands.length];
    Arrays.setAll(names, i -> "operand " + i);
    this.repeats = new boolean[operands.length];
    this.lasts = new long[operands.length];
    this.nativeStrides = new MemorySegment[operands.length];
    Arena arena = Arena.ofAuto();
    this.nativeDims = arena.allocateFrom(ValueLayout.JAVA_LONG, dims);
    this.allStrides = arena.allocate(ValueLayout.JAVA_LONG, (long) operands.length * dims.length);
    for (int i = 0; i < operands.length; i++) {
      long bytes = (long) dims.length * Long.BYTES;
      nativeStrides[i] = allStrides.asSlice(i * bytes, bytes);
      MemorySegment.copy(
          operands[i].strides, 0, nativeStrides[i], ValueLayout.JAVA_LONG, 0, dims.length);
      place(i, operands[i]);
    }
  }

  private void place(int index, Operand operand) {
    long first = operand.offset;
    long last = operand.offset;
    for (int axis = 0; axis < dims.length; axis++) {
      long span = Math.multiplyExact(Math.max(0, dims[axis] - 1), operand.strides[axis]);
      first = Math.addExact(first, Math.min(0, span));
      last = Math.addExact(last, Math.max(0, span));
      repeats[index] |= dims[axis] > 1 && operand.strides[axis] == 0;
    }
    if (count > 0 && first < 0) {
      throw new IllegalArgumentException(
          "strided space: operand " + index + " reaches to element " + first);
    }
    offsets[index] = operand.offset;
    lasts[index] = last;
  }

  /** Returns the space of {@code dims} over the operands, in the order the kernel takes them. */
  public static StridedSpace of(long[] dims, Operand... operands) {
    for (long dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException(
            "strided space: negative dimension in " + Arrays.toString(dims));
      }
    }
    for (Operand operand : operands) {
      if (operand.strides.length != dims.length) {
        throw new IllegalArgumentException(
            "strided space: strides "
                + Arrays.toString(operand.strides)
                + " for dimensions "
                + Arrays.toString(dims));
      }
    }
    return new StridedSpace(dims.clone(), operands);
  }

  /** Returns the number of index points. */
  public long count() {
    return count;
  }

  int ndim() {
    return dims.length;
  }

  MemorySegment dims() {
    return nativeDims;
  }

  MemorySegment strides(int operand) {
    return nativeStrides[operand];
  }

  /** Those of all operands, one after the other. */
  MemorySegment allStrides() {
    return allStrides;
  }

  void requireOperands(String kernel, int expected) {
    if (offsets.length != expected) {
      throw new IllegalArgumentException(
          kernel + ": takes " + expected + " strided operands, got " + offsets.length);
    }
  }

  /** Checks that the operand lies inside the segment and returns its memory from index zero on. */
  MemorySegment operand(String kernel, int index, MemorySegment segment, int size) {
    KernelChecks.elements(kernel, names[index], segment, count == 0 ? 0 : lasts[index] + 1, size);
    boolean whole = count == 0 || offsets[index] == 0;
    return whole ? segment : segment.asSlice(offsets[index] * size);
  }

  /** Requires that no stride of 0 makes the operand repeat elements. */
  void requireWritable(String kernel, int index) {
    if (repeats[index]) {
      throw new IllegalArgumentException(kernel + ": the result repeats elements");
    }
  }
}
