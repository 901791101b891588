package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.MemoryDesc;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;

/**
 * Weights of a convolution in the order that its primitive asks for if pictures have their channels
 * last. That they come so is what makes a convolution compute in that order.
 *
 * @param md with the axis of groups if there are several
 * @param spec of the weights, without that axis
 */
record PackedFilters(MemoryDesc md, TensorSpec spec) implements NativeLayout {
  @Override
  public void unpack(MemorySegment source, MemorySegment target) {
    DnnlLayout.reorder(md, Mds.contiguous(spec).reshape(md.dims()), source, target);
  }

  @Override
  public String toString() {
    return "filters " + md;
  }
}
