package dev.balboa.nn.op;

import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import java.util.Optional;

/** Operations that only change how memory is read. Executors apply them without a backend. */
public sealed interface ViewOp extends Op permits Reshape, Permute, Slice, Expand {
  /**
   * The same memory seen through this operation; empty when strides cannot express it and the input
   * has to be made contiguous first. A contiguous input always works.
   *
   * @param input spec of the input
   * @param storage the input's memory, whose layout is {@code strided}
   */
  Optional<Storage> view(TensorSpec input, Storage storage, Layout.Strided strided);
}
