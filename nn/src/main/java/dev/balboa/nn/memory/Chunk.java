package dev.balboa.nn.memory;

import java.lang.foreign.MemorySegment;

/**
 * One reusable piece of a {@link Slab}. A chunk belongs either to exactly one live {@link Block},
 * or to exactly one free list, which links chunks through {@link #next}. It lives as long as its
 * slab is mapped.
 */
final class Chunk {
  final Slab slab;
  final int sizeClass;

  /** Where the usable bytes start, after the front guard if there is one. */
  final long address;

  /** The next chunk of the free list this one is in; meaningless while a block owns it. */
  Chunk next;

  /** How much of the block's bytes is counted as live already; see {@link FreeLists#pop}. */
  long paidBytes;

  /** The segment handed out last: a training loop asks for the same size again and again. */
  private MemorySegment recent;

  Chunk(Slab slab, int sizeClass, long address) {
    this.slab = slab;
    this.sizeClass = sizeClass;
    this.address = address;
  }

  /** Bytes this chunk takes from its slab, guards included. */
  long capacity() {
    return SizeClasses.capacity(sizeClass);
  }

  /**
   * The first {@code bytes} usable bytes. The segment keeps the scope of the slab's arena: once the
   * slab is unmapped an access through it throws instead of touching freed memory.
   */
  MemorySegment segment(long bytes) {
    MemorySegment s = recent;
    if (s == null || s.byteSize() != bytes) {
      s = slab.memory().asSlice(address - slab.memory().address(), bytes);
      recent = s;
    }
    return s;
  }

  /** The whole chunk with its guards. */
  MemorySegment whole() {
    long start = address - slab.memory().address() - slab.allocator().frontGuard();
    return slab.memory().asSlice(start, capacity());
  }
}
