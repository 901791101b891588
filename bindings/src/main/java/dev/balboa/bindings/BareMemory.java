package dev.balboa.bindings;

import java.lang.foreign.MemorySegment;

/**
 * Memory as native calls are handed it in passing. A segment of an arena that can be closed is held
 * by every call that is passed it, which takes two atomic operations for each arena; a bare one is
 * not held.
 */
public final class BareMemory {

  private BareMemory() {}

  /**
   * Returns the same memory without its arena: nothing tells when that has been closed. The caller
   * keeps the memory alive while it is used.
   *
   * @throws IllegalArgumentException if the memory is on the heap
   * @throws IllegalStateException if its arena is closed
   */
  @SuppressWarnings("restricted")
  public static MemorySegment of(MemorySegment memory) {
    if (!memory.isNative()) {
      throw new IllegalArgumentException("bare memory: expected off-heap memory, got " + memory);
    }
    if (!memory.scope().isAlive()) {
      throw new IllegalStateException("bare memory: the memory is closed");
    }
    return MemorySegment.ofAddress(memory.address()).reinterpret(memory.byteSize());
  }
}
