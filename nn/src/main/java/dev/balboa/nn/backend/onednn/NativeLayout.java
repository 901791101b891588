package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.MemoryDesc;
import dev.balboa.nn.memory.Layout;

/** A layout of this backend's own: memory that one descriptor describes. */
interface NativeLayout extends Layout.Opaque {
  /** Describes the memory. */
  MemoryDesc md();

  @Override
  default String backend() {
    return NativeBackend.NAME;
  }

  @Override
  default long byteSize() {
    return md().byteSize();
  }
}
