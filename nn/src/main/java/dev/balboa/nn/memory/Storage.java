package dev.balboa.nn.memory;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Where a tensor's elements are: a block of memory, a byte offset into it, and the layout from
 * there on. Views share a block; the block's owner decides when it is closed.
 *
 * @param block the memory
 * @param offset of the first element from the start of the block, in bytes
 * @param layout of the elements from there on
 */
public record Storage(Block block, long offset, Layout layout) {
  /**
   * Checks that the offset lies in the block.
   *
   * @throws IllegalArgumentException if it does not
   */
  public Storage {
    Objects.requireNonNull(block, "storage: block");
    Objects.requireNonNull(layout, "storage: layout");
    if (offset < 0 || offset > block.byteSize()) {
      throw new IllegalArgumentException(
          "storage: expected an offset of 0 to " + block.byteSize() + " bytes, got " + offset);
    }
  }

  /** A whole block. */
  public Storage(Block block, Layout layout) {
    this(block, 0, layout);
  }

  /**
   * The same memory seen from {@code bytes} further on through another layout.
   *
   * @throws IllegalArgumentException if that is outside the block
   */
  public Storage view(long bytes, Layout other) {
    return new Storage(block, offset + bytes, other);
  }

  /** Native address of the first element; checks liveness and thread as {@link Block#segment()}. */
  public long address() {
    return block.address() + offset;
  }

  /** The memory from the first element to the end of the block; checks liveness and thread. */
  public MemorySegment segment() {
    MemorySegment all = block.segment();
    return offset == 0 ? all : all.asSlice(offset);
  }
}
