package dev.balboa.nn.memory;

import java.util.ArrayList;
import java.util.List;

/**
 * Chunks above {@link SizeClasses#MAX_SMALL}, each a slab of its own. Closed ones are kept for
 * reuse up to a bound; above it those of the size class that has gone unused the longest are
 * unmapped.
 */
final class LargePool {
  /**
   * A free chunk of up to this many classes above the one asked for is used rather than mapping:
   * that is at most a quarter more.
   */
  private static final int CLASSES_ABOVE = 2;

  private final Allocator allocator;
  private final long maxPooledBytes;

  /** Free chunks of each class, linked through {@link Chunk#next}. */
  private final Chunk[] heads = new Chunk[SizeClasses.COUNT - SizeClasses.SMALL_COUNT];

  private final long[] lastUse = new long[heads.length];
  private long clock;
  private long pooledBytes;
  private long allocations;
  private long reuses;
  private long releases;

  LargePool(Allocator allocator, long maxPooledBytes) {
    this.allocator = allocator;
    this.maxPooledBytes = maxPooledBytes;
  }

  /**
   * Takes a chunk of at least the class's capacity.
   *
   * @param asked the block's size, for the error message
   * @throws OutOfMemoryError if none is free and none can be mapped
   */
  Chunk take(int sizeClass, long asked) {
    Chunk chunk = takePooled(sizeClass - SizeClasses.SMALL_COUNT);
    if (chunk != null) {
      return chunk;
    }
    Chunk fresh = allocator.map(sizeClass, SizeClasses.capacity(sizeClass), asked).carve();
    synchronized (this) {
      allocations++;
    }
    return fresh;
  }

  private synchronized Chunk takePooled(int index) {
    lastUse[index] = ++clock;
    for (int i = index; i <= Math.min(index + CLASSES_ABOVE, heads.length - 1); i++) {
      if (heads[i] != null) {
        lastUse[i] = clock;
        allocations++;
        reuses++;
        return pop(i);
      }
    }
    return null;
  }

  void give(Chunk chunk) {
    boolean full;
    synchronized (this) {
      push(chunk);
      releases++;
      full = pooledBytes > maxPooledBytes;
    }
    while (full) {
      full = evictOne();
    }
  }

  /** Counts a chunk that is closed but never reused. */
  synchronized void quarantine() {
    releases++;
  }

  /** Unmaps every chunk that is not in use. */
  void trim() {
    List<Chunk> idle = new ArrayList<>();
    synchronized (this) {
      for (int i = 0; i < heads.length; i++) {
        while (heads[i] != null) {
          idle.add(pop(i));
        }
      }
    }
    for (Chunk chunk : idle) {
      unmap(chunk);
    }
  }

  /** Unmaps one chunk; returns whether to look for another. */
  private boolean evictOne() {
    Chunk victim;
    synchronized (this) {
      if (pooledBytes <= maxPooledBytes) {
        return false;
      }
      victim = pop(longestUnused());
    }
    return unmap(victim);
  }

  private int longestUnused() {
    int oldest = -1;
    for (int i = 0; i < heads.length; i++) {
      if (heads[i] != null && (oldest < 0 || lastUse[i] < lastUse[oldest])) {
        oldest = i;
      }
    }
    return oldest;
  }

  private boolean unmap(Chunk chunk) {
    if (allocator.unmap(chunk.slab)) {
      return true;
    }
    synchronized (this) {
      push(chunk);
    }
    return false;
  }

  private void push(Chunk chunk) {
    int index = chunk.sizeClass - SizeClasses.SMALL_COUNT;
    chunk.next = heads[index];
    heads[index] = chunk;
    pooledBytes += chunk.capacity();
  }

  private Chunk pop(int index) {
    Chunk chunk = heads[index];
    heads[index] = chunk.next;
    chunk.next = null;
    pooledBytes -= chunk.capacity();
    return chunk;
  }

  /** Adds this pool's share to the totals. */
  synchronized void count(Totals totals) {
    totals.pooledBytes += pooledBytes;
    totals.allocations += allocations;
    totals.reuses += reuses;
    totals.releases += releases;
  }
}
