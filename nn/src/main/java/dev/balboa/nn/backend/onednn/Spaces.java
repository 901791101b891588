package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Shape;

/** Index spaces of the strided kernels. */
final class Spaces {
  private Spaces() {}

  /** From a strided layout to a dense one. */
  static StridedSpace copy(Shape shape, Layout.Strided from) {
    return copy(shape, from, 0, Layout.Strided.contiguous(shape.dims()));
  }

  /** From a strided layout to another one that starts {@code offset} elements into its memory. */
  static StridedSpace copy(Shape shape, Layout.Strided from, long offset, Layout.Strided to) {
    return StridedSpace.of(
        shape.dims(),
        StridedSpace.Operand.of(0, from.strides()),
        StridedSpace.Operand.of(offset, to.strides()));
  }

  /**
   * An operand in the space of a result that it broadcasts to: stride zero along broadcast axes.
   */
  static StridedSpace.Operand broadcast(Shape out, Shape shape, Layout.Strided layout) {
    return StridedSpace.Operand.of(0, broadcast(out.rank(), shape, layout));
  }

  /** The strides of a tensor that broadcasts to {@code rank} axes: zero where it does. */
  static long[] broadcast(int rank, Shape shape, Layout.Strided layout) {
    long[] strides = new long[rank];
    int lead = rank - shape.rank();
    for (int i = 0; i < shape.rank(); i++) {
      strides[lead + i] = shape.dim(i) == 1 ? 0 : layout.stride(i);
    }
    return strides;
  }
}
