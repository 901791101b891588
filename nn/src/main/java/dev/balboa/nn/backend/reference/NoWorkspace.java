package dev.balboa.nn.backend.reference;

import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import java.lang.foreign.MemorySegment;

/** Nothing: the reference computes again what a derivative needs. */
record NoWorkspace() implements Layout.Opaque {
  @Override
  public String backend() {
    return ReferenceBackend.NAME;
  }

  @Override
  public long byteSize() {
    return 0;
  }

  @Override
  public void unpack(MemorySegment source, MemorySegment target) {
    throw new UnsupportedOperationException("the workspace of an operation has no elements");
  }

  static Access access() {
    return Access.dense(DType.U8, Shape.of(0));
  }
}
