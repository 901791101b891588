package dev.balboa.nn.backend.reference;

import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import java.lang.foreign.MemorySegment;

/**
 * What a max pooling remembers: for each output element the index of its maximum in the plane [D,
 * H, W] it came from, I32, row-major.
 */
record MaxPoolWorkspace(Shape input, Shape output) implements Layout.Opaque {
  static final DType INDEX = DType.I32;

  @Override
  public String backend() {
    return ReferenceBackend.NAME;
  }

  @Override
  public long byteSize() {
    return output.size() * INDEX.bytes();
  }

  @Override
  public void unpack(MemorySegment source, MemorySegment target) {
    throw new UnsupportedOperationException(
        "the workspace of a max pooling of " + input + " to " + output + " has no elements");
  }

  Access access() {
    return Access.dense(INDEX, output);
  }
}
