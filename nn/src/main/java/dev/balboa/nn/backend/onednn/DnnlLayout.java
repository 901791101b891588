package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Arg;
import dev.balboa.bindings.ExecFrame;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.Primitive;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.bindings.Reorder;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A layout that oneDNN chose and strides cannot describe, such as channels in blocks of sixteen.
 */
record DnnlLayout(MemoryDesc md, TensorSpec spec) implements NativeLayout {
  @Override
  public void unpack(MemorySegment source, MemorySegment target) {
    reorder(md, Mds.contiguous(spec), source, target);
  }

  /** Copies from one layout to another, in memory of the caller. */
  static void reorder(MemoryDesc from, MemoryDesc to, MemorySegment source, MemorySegment target) {
    try (PrimitiveDesc desc = Reorder.create(from, to, PrimitiveAttr.defaults());
        Primitive primitive = desc.newPrimitive();
        ExecFrame frame = primitive.newFrame(Arg.FROM, Arg.TO, Arg.SCRATCHPAD);
        Arena arena = Arena.ofConfined()) {
      frame.set(0, source);
      frame.set(1, target);
      frame.set(2, arena.allocate(Math.max(1, desc.scratchpadMd().byteSize()), 64));
      frame.execute();
    }
  }

  @Override
  public boolean equals(Object o) {
    return this == o || (o instanceof DnnlLayout d && md.equals(d.md) && spec.equals(d.spec));
  }

  @Override
  public int hashCode() {
    return Objects.hash(md, spec);
  }

  @Override
  public String toString() {
    return md.toString();
  }
}
