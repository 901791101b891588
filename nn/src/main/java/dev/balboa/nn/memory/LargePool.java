package dev.balboa.nn.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Chunks above {@link SizeClasses#MAX_SMALL}, each a slab of its own. Closed ones are kept for
 * reuse up to a bound; above it those of the size class that has gone unused the longest are
 * unmapped.
 */
final class LargePool {
  /**
   * A free chunk of up to this many classes above the one asked for is used rather than mapping: at
   * most 25 % waste.
   */
  private static final int CLASSES_ABOVE = 2;

  private final Allocator allocator;
  private final long maxPooledBytes;
  private final List<ArrayDeque<Chunk>> free = new ArrayList<>();
  private final long[] lastUse = new long[SizeClasses.COUNT - SizeClasses.SMALL_COUNT];
  private long clock;
  private long pooledBytes;
  private long allocations;
  private long reuses;
  private long releases;

  LargePool(Allocator allocator, long maxPooledBytes) {
    this.allocator = allocator;
    this.maxPooledBytes = maxPooledBytes;
    for (int i = 0; i < lastUse.length; i++) {
      free.add(new ArrayDeque<>(0));
    }
  }

  /**
   * Takes a chunk of at least the class's capacity.
   *
   * @throws OutOfMemoryError if none is free and none can be mapped
   */
  Chunk take(int sizeClass) {
    Chunk chunk = takePooled(sizeClass - SizeClasses.SMALL_COUNT);
    if (chunk != null) {
      return chunk;
    }
    Chunk fresh = allocator.map(sizeClass, SizeClasses.capacity(sizeClass)).carve();
    synchronized (this) {
      allocations++;
    }
    return fresh;
  }

  private synchronized Chunk takePooled(int index) {
    lastUse[index] = ++clock;
    for (int i = index; i <= Math.min(index + CLASSES_ABOVE, lastUse.length - 1); i++) {
      Chunk chunk = free.get(i).pollLast();
      if (chunk != null) {
        lastUse[i] = clock;
        pooledBytes -= chunk.capacity();
        allocations++;
        reuses++;
        return chunk;
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

  synchronized void quarantine() {
    releases++;
  }

  /** Unmaps every chunk that is not in use. */
  void trim() {
    List<Chunk> idle = new ArrayList<>();
    synchronized (this) {
      for (ArrayDeque<Chunk> chunks : free) {
        idle.addAll(chunks);
        chunks.clear();
      }
      pooledBytes = 0;
    }
    for (Chunk chunk : idle) {
      unmap(chunk);
    }
  }

  /** Unmaps one chunk; returns whether another should go. */
  private boolean evictOne() {
    Chunk victim = null;
    synchronized (this) {
      if (pooledBytes <= maxPooledBytes) {
        return false;
      }
      int oldest = -1;
      for (int i = 0; i < lastUse.length; i++) {
        if (!free.get(i).isEmpty() && (oldest < 0 || lastUse[i] < lastUse[oldest])) {
          oldest = i;
        }
      }
      victim = free.get(oldest).pollFirst();
      pooledBytes -= victim.capacity();
    }
    return unmap(victim);
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
    free.get(chunk.sizeClass - SizeClasses.SMALL_COUNT).addLast(chunk);
    pooledBytes += chunk.capacity();
  }

  /** Adds this pool's share to the totals. */
  synchronized void count(Totals totals) {
    totals.pooledBytes += pooledBytes;
    totals.allocations += allocations;
    totals.reuses += reuses;
    totals.releases += releases;
  }
}
