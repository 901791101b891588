package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.MemoryDesc;
import java.lang.foreign.MemorySegment;

/**
 * What a forward primitive leaves for its backward one, with the layouts that the forward primitive
 * ran on, which the backward one has to be made for.
 */
record WorkspaceLayout(MemoryDesc md, MemoryDesc src, MemoryDesc dst) implements NativeLayout {
  @Override
  public void unpack(MemorySegment source, MemorySegment target) {
    throw new UnsupportedOperationException(
        "the workspace of a native operation has no elements; run the backward operation on the"
            + " native backend too");
  }
}
