package dev.balboa.nn.memory;

/**
 * One stripe of free lists, a stack of chunks for each small size class. Threads are spread over
 * the stripes, so the monitor is rarely contended. Last in, first out: the memory most likely still
 * in cache is reused first.
 */
final class FreeLists {
  private final Chunk[] heads = new Chunk[SizeClasses.SMALL_COUNT];
  private long freeBytes;

  /** Bytes of closed blocks that the allocator still counts as live. */
  private long owedBytes;

  private long allocations;
  private long reuses;
  private long releases;

  /**
   * Takes a free chunk for a block of so many bytes, or null when this stripe has none of the
   * class. As far as the stripe owes bytes, these are paid with them.
   */
  synchronized Chunk pop(int sizeClass, long bytes) {
    Chunk chunk = heads[sizeClass];
    if (chunk == null) {
      return null;
    }
    heads[sizeClass] = chunk.next;
    chunk.next = null;
    freeBytes -= SizeClasses.capacity(sizeClass);
    chunk.paidBytes = Math.min(owedBytes, bytes);
    owedBytes -= chunk.paidBytes;
    allocations++;
    reuses++;
    return chunk;
  }

  synchronized void push(Chunk chunk) {
    chunk.next = heads[chunk.sizeClass];
    heads[chunk.sizeClass] = chunk;
    freeBytes += SizeClasses.capacity(chunk.sizeClass);
  }

  /** Takes the whole list of a class, linked through {@link Chunk#next}; null when empty. */
  synchronized Chunk takeAll(int sizeClass) {
    Chunk list = heads[sizeClass];
    heads[sizeClass] = null;
    long capacity = SizeClasses.capacity(sizeClass);
    for (Chunk c = list; c != null; c = c.next) {
      freeBytes -= capacity;
    }
    return list;
  }

  /** Adds a list linked through {@link Chunk#next}. */
  void pushAll(Chunk list) {
    Chunk chunk = list;
    while (chunk != null) {
      Chunk next = chunk.next;
      push(chunk);
      chunk = next;
    }
  }

  /** Takes back the chunk of a block of so many bytes that was closed. */
  synchronized void give(Chunk chunk, long bytes) {
    push(chunk);
    owedBytes += bytes;
    releases++;
  }

  /** What it owes, which the caller pays. */
  synchronized long settle() {
    long owed = owedBytes;
    owedBytes = 0;
    return owed;
  }

  /** Counts an allocation served by memory never used before. */
  synchronized void countFresh() {
    allocations++;
  }

  /** Counts an allocation served by another stripe's memory. */
  synchronized void countReuse() {
    allocations++;
    reuses++;
  }

  synchronized void countRelease() {
    releases++;
  }

  /** Adds this stripe's share to the totals. */
  synchronized void count(Totals totals) {
    totals.pooledBytes += freeBytes;
    totals.allocations += allocations;
    totals.reuses += reuses;
    totals.releases += releases;
  }
}
