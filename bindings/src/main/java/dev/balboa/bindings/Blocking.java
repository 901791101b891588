package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The layout of a blocked memory descriptor. Arrays are shared inside the package, never changed.
 */
final class Blocking {

  static final Blocking NONE = new Blocking(new long[0], new long[0], new long[0], new long[0], 0);

  private final long[] strides;
  private final long[] paddedDims;
  private final long[] blocks;
  private final long[] blockAxes;
  private final long offset;

  /**
   * Makes a layout.
   *
   * @param strides stride of each axis, of its blocks where the axis is blocked, in elements
   * @param paddedDims dimensions rounded up to whole blocks
   * @param blocks sizes of the innermost blocks, outermost first
   * @param blockAxes the axis that each block belongs to
   * @param offset of the first element, in elements
   */
  Blocking(long[] strides, long[] paddedDims, long[] blocks, long[] blockAxes, long offset) {
    this.strides = strides;
    this.paddedDims = paddedDims;
    this.blocks = blocks;
    this.blockAxes = blockAxes;
    this.offset = offset;
  }

  long[] strides() {
    return strides;
  }

  boolean isPlain(long[] dims) {
    return blocks.length == 0 && offset == 0 && Arrays.equals(dims, paddedDims);
  }

  /**
   * Returns the size of the blocks that axis 1 is cut into, if they are the innermost and all else
   * is dense and row-major: 1 where there are none, 0 for any other layout.
   */
  long channelBlock() {
    Integer[] rowMajor = IntStream.range(0, strides.length).boxed().toArray(Integer[]::new);
    boolean channels = blocks.length == 0 || (blocks.length == 1 && blockAxes[0] == 1);
    if (offset != 0 || !channels || !isDense(rowMajor)) {
      return 0;
    }
    return blocks.length == 0 ? 1 : blocks[0];
  }

  /**
   * Returns the space of a copy into memory with other strides and no blocks; empty where blocks
   * have padding, or the kernels take fewer axes.
   */
  Optional<StridedSpace> copyTo(long[] dims, long[] plain) {
    int rank = dims.length + blocks.length;
    if (offset != 0 || !Arrays.equals(dims, paddedDims) || rank > kernels_h.BALBOA_MAX_DIMS()) {
      return Optional.empty();
    }
    long[] sizes = Arrays.copyOf(dims, rank);
    long[] from = Arrays.copyOf(strides, rank);
    long[] to = Arrays.copyOf(plain, rank);
    long inner = 1;
    for (int b = blocks.length - 1; b >= 0; b--) {
      int axis = (int) blockAxes[b];
      int block = dims.length + b;
      sizes[block] = blocks[b];
      from[block] = inner;
      to[block] = to[axis];
      sizes[axis] /= blocks[b];
      to[axis] *= blocks[b];
      inner *= blocks[b];
    }
    return Optional.of(
        StridedSpace.of(sizes, StridedSpace.Operand.of(0, from), StridedSpace.Operand.of(0, to)));
  }

  /** Returns the bytes from the start of the buffer to the end of the last element. */
  long requiredBytes(long[] dims, int elementSize, long byteSize) {
    long last = offset;
    long whole = 1;
    for (int axis = 0; axis < dims.length; axis++) {
      last += (dims[axis] - 1) * strides[axis];
      whole = Math.max(whole, dims[axis] * strides[axis]);
    }
    boolean elementsOnly =
        blocks.length == 0 && Arrays.equals(dims, paddedDims) && byteSize == whole * elementSize;
    return elementsOnly ? (last + 1) * elementSize : byteSize + offset * elementSize;
  }

  /**
   * Returns the layout as a format tag, or the strides where they are not those of a dense buffer.
   */
  String describe(long[] dims) {
    Integer[] order =
        IntStream.range(0, dims.length)
            .boxed()
            .sorted(Comparator.comparingLong((Integer axis) -> -strides[axis]))
            .toArray(Integer[]::new);
    StringBuilder text = new StringBuilder();
    for (int axis : order) {
      text.append((char) ((isBlocked(axis) ? 'A' : 'a') + axis));
    }
    for (int i = 0; i < blocks.length; i++) {
      text.append(blocks[i]).append((char) ('a' + blockAxes[i]));
    }
    if (!isDense(order)) {
      text.append(", strides ").append(Arrays.toString(strides));
    }
    if (offset != 0) {
      text.append(", offset ").append(offset);
    }
    return text.toString();
  }

  private boolean isBlocked(long axis) {
    return Arrays.stream(blockAxes).anyMatch(a -> a == axis);
  }

  private boolean isDense(Integer[] order) {
    long expected = Arrays.stream(blocks).reduce(1, (a, b) -> a * b);
    for (int i = order.length - 1; i >= 0; i--) {
      int axis = order[i];
      long count = paddedDims[axis];
      for (int b = 0; b < blocks.length; b++) {
        count /= blockAxes[b] == axis ? blocks[b] : 1;
      }
      if (count > 1 && strides[axis] != expected) {
        return false;
      }
      expected *= Math.max(1, count);
    }
    return true;
  }
}
