package dev.balboa.nn.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The byte patterns of the debugging options: poison for undefined contents, guards around a block.
 */
final class MemoryChecks {
  /** Bytes before and, at least, after a guarded block; keeps the block's alignment. */
  static final int GUARD = 64;

  /**
   * Repeated, a NaN in f16, bf16, f32 and f64, a huge number in i32 and i64, and neither 0 nor 1 in
   * a byte.
   */
  static final short POISON = 0x7FF5;

  private static final long POISON_LONG = 0x7FF57FF57FF57FF5L;
  private static final byte GUARD_BYTE = (byte) 0xA5;

  /** Told what memory nobody may touch: by a test, so that a sanitizer watches it. */
  interface Fence {
    /** Every access is a mistake from now on. */
    void forbid(MemorySegment memory);

    /** The memory is in use again. */
    void allow(MemorySegment memory);
  }

  private static final Fence NO_FENCE =
      new Fence() {
        @Override
        public void forbid(MemorySegment memory) {}

        @Override
        public void allow(MemorySegment memory) {}
      };

  /** Around guarded blocks, and over guarded chunks while no block is in them. */
  static volatile Fence fence = NO_FENCE;

  private MemoryChecks() {}

  /** Fills with {@link #POISON}, little-endian. */
  static void poison(MemorySegment segment) {
    long longs = segment.byteSize() / Long.BYTES;
    for (long i = 0; i < longs; i++) {
      segment.set(ValueLayout.JAVA_LONG_UNALIGNED, i * Long.BYTES, POISON_LONG);
    }
    for (long i = longs * Long.BYTES; i < segment.byteSize(); i++) {
      segment.set(ValueLayout.JAVA_BYTE, i, (byte) (POISON >>> (8 * (i & 1))));
    }
  }

  /** Writes the guards around the {@code bytes} usable bytes of a chunk: all of the rest of it. */
  static void writeGuards(MemorySegment chunk, long bytes) {
    fence.allow(chunk);
    for (MemorySegment guard : List.of(chunk.asSlice(0, GUARD), chunk.asSlice(GUARD + bytes))) {
      guard.fill(GUARD_BYTE);
      fence.forbid(guard);
    }
  }

  /**
   * Looks for a guard byte that was overwritten.
   *
   * @return its position counted from the first usable byte, negative before the block; or {@link
   *     Long#MIN_VALUE}
   */
  static long findViolation(MemorySegment chunk, long bytes) {
    for (long i = GUARD - 1; i >= 0; i--) {
      if (chunk.get(ValueLayout.JAVA_BYTE, i) != GUARD_BYTE) {
        return i - GUARD;
      }
    }
    for (long i = GUARD + bytes; i < chunk.byteSize(); i++) {
      if (chunk.get(ValueLayout.JAVA_BYTE, i) != GUARD_BYTE) {
        return i - GUARD;
      }
    }
    return Long.MIN_VALUE;
  }
}
