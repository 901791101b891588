package dev.balboa.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Runs primitives on Java arrays, for tests: plain layouts, f32. */
final class OneDnn implements AutoCloseable {

  static final PrimitiveAttr ATTR = PrimitiveAttr.defaults();

  private final Arena arena = Arena.ofShared();
  private final Map<Integer, MemorySegment> buffers = new LinkedHashMap<>();

  /** Puts the elements of an argument. */
  OneDnn with(int arg, float... values) {
    buffers.put(arg, arena.allocateFrom(ValueLayout.JAVA_FLOAT, values));
    return this;
  }

  /** Puts an argument that the primitive will write, or that an earlier one wrote. */
  OneDnn with(int arg, MemorySegment segment) {
    buffers.put(arg, segment);
    return this;
  }

  /** Returns fresh memory, filled with a pattern that no result has. */
  MemorySegment allocate(long bytes) {
    return arena.allocate(Math.max(64, bytes), 64).fill((byte) 0x7f);
  }

  /** Makes room for the results, runs the primitive and closes its descriptor. */
  OneDnn run(PrimitiveDesc desc, int... results) {
    try (desc;
        Primitive primitive = desc.newPrimitive()) {
      for (int result : results) {
        buffers.put(result, allocate(desc.md(result).byteSize()));
      }
      if (!desc.scratchpadMd().isNone()) {
        buffers.put(Arg.SCRATCHPAD, allocate(desc.scratchpadMd().byteSize()));
      }
      int[] args = buffers.keySet().stream().mapToInt(Integer::intValue).toArray();
      try (ExecFrame frame = primitive.newFrame(args)) {
        for (int slot = 0; slot < args.length; slot++) {
          frame.set(slot, buffers.get(args[slot]));
        }
        frame.execute();
      }
    }
    return this;
  }

  /** Returns the first {@code count} elements of an argument. */
  float[] floats(int arg, long count) {
    return buffers.get(arg).asSlice(0, count * Float.BYTES).toArray(ValueLayout.JAVA_FLOAT);
  }

  MemorySegment segment(int arg) {
    return buffers.get(arg);
  }

  static MemoryDesc f32(long... dims) {
    return MemoryDesc.contiguous(DataType.F32, dims);
  }

  static float[] random(long seed, int count) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return values;
  }

  @Override
  public void close() {
    arena.close();
  }
}
