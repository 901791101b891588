package dev.balboa.nn.op;

import dev.balboa.nn.memory.Layout;
import java.util.Optional;

/** Operations that only change how memory is read. Executors apply them without a backend. */
public sealed interface ViewOp extends Op permits Reshape, Permute, Slice, Expand {
  /**
   * How the memory of an input is seen through this operation; empty when strides cannot express it
   * and the input has to be made contiguous first. A contiguous input always works.
   *
   * @param input spec of the input
   * @param layout of the input
   */
  Optional<View> view(TensorSpec input, Layout.Strided layout);

  /**
   * A part of memory.
   *
   * @param offset of its first element from that of the whole, in bytes
   * @param layout of its elements from there on
   */
  record View(long offset, Layout.Strided layout) {}
}
