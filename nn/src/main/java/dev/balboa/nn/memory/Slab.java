package dev.balboa.nn.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A mapped piece of memory cut into chunks of one size class. It stays mapped until {@link #unmap},
 * which only trimming calls and only while no block owns one of its chunks.
 */
final class Slab {
  /** Alignment of a slab that is worth backing with huge pages. */
  private static final long HUGE_PAGE = 2L << 20;

  /**
   * From this size on the address space lost to {@link #HUGE_PAGE} alignment is a small part of the
   * slab.
   */
  private static final long HUGE_PAGE_FROM = 8L << 20;

  private static final long PAGE = 4096;

  private final Allocator allocator;
  private final Arena arena;
  private final MemorySegment memory;
  private final int sizeClass;
  private final long count;
  private long carved;

  /**
   * Scratch for trimming, guarded by the lock of the pool the slab is in: chunks found on the free
   * lists.
   */
  long free;

  private Slab(Allocator allocator, Arena arena, MemorySegment memory, int sizeClass) {
    this.allocator = allocator;
    this.arena = arena;
    this.memory = memory;
    this.sizeClass = sizeClass;
    this.count = memory.byteSize() / SizeClasses.capacity(sizeClass);
  }

  /**
   * Maps a slab.
   *
   * @throws OutOfMemoryError if the JVM's direct memory limit or the machine refuses it; nothing is
   *     then kept
   */
  @SuppressWarnings("MustBeClosedChecker") // unmap() closes it
  static Slab map(Allocator allocator, int sizeClass, long bytes) {
    long alignment =
        bytes >= HUGE_PAGE_FROM ? HUGE_PAGE : bytes >= PAGE ? PAGE : SizeClasses.MIN_CAPACITY;
    Arena arena = Arena.ofShared();
    try {
      return new Slab(allocator, arena, arena.allocate(bytes, alignment), sizeClass);
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  Allocator allocator() {
    return allocator;
  }

  MemorySegment memory() {
    return memory;
  }

  long byteSize() {
    return memory.byteSize();
  }

  boolean hasUncarved() {
    return carved < count;
  }

  /** Bytes never handed out since the slab was mapped. */
  long uncarvedBytes() {
    return (count - carved) * SizeClasses.capacity(sizeClass);
  }

  /** Cuts off the next chunk; guarded by the lock of the pool. */
  Chunk carve() {
    long offset = carved * SizeClasses.capacity(sizeClass);
    carved++;
    return new Chunk(this, sizeClass, memory.address() + offset + allocator.frontGuard());
  }

  boolean allFree() {
    return free == carved;
  }

  /**
   * Gives the memory back to the system. Segments handed out earlier throw {@link
   * IllegalStateException} from now on.
   *
   * @return false if a native call that was passed such a segment is still running; the slab then
   *     stays mapped
   */
  boolean unmap() {
    try {
      arena.close();
      return true;
    } catch (IllegalStateException inUse) {
      if (!arena.scope().isAlive()) {
        throw inUse;
      }
      return false;
    }
  }
}
