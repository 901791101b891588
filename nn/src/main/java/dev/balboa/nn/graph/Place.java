package dev.balboa.nn.graph;

import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.TensorSpec;

/** Where a value is: a buffer, a byte offset into it, and the layout from there on. */
record Place(Buffer buffer, long offset, Layout layout, TensorSpec spec) {
  boolean isDense() {
    return layout instanceof Layout.Strided s && s.isContiguous(spec.shape().dims());
  }
}
