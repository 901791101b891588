package dev.balboa.nn.memory;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Chunks up to {@link SizeClasses#MAX_SMALL}, several to a slab. A free chunk is found in the
 * calling thread's stripe; only when that is empty does the size class's lock come in, under which
 * other stripes are emptied first and new memory is mapped last. Lock order: size class, then
 * stripe.
 */
final class SmallPool {
  /** A slab of a class that is used little. */
  private static final long MIN_SLAB = 64L << 10;

  /** Slabs of a class double up to this size, so that their number grows slowly. */
  private static final long MAX_SLAB = 4L << 20;

  /** The slabs of one size class; its monitor guards them and their carving. */
  private static final class Slabs {
    final List<Slab> all = new ArrayList<>();
    Slab current;
    long bytes;
  }

  private final Allocator allocator;
  private final FreeLists[] stripes;
  private final Slabs[] classes = new Slabs[SizeClasses.SMALL_COUNT];

  SmallPool(Allocator allocator, int stripeCount) {
    this.allocator = allocator;
    stripes = new FreeLists[Integer.highestOneBit(Math.max(1, stripeCount * 2 - 1))];
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = new FreeLists();
    }
    for (int i = 0; i < classes.length; i++) {
      classes[i] = new Slabs();
    }
  }

  /**
   * Takes a chunk of the class.
   *
   * @param asked the block's size
   * @throws OutOfMemoryError if none is free and no slab can be mapped
   */
  Chunk take(int sizeClass, long asked) {
    FreeLists mine = stripe();
    Chunk chunk = mine.pop(sizeClass, asked);
    if (chunk == null) {
      chunk = takeSlowly(sizeClass, asked, mine);
      chunk.paidBytes = 0;
    }
    return chunk;
  }

  void give(Chunk chunk, long bytes) {
    stripe().give(chunk, bytes);
  }

  /** The bytes of closed blocks that are still counted as live, which the caller counts off. */
  long settle() {
    long owed = 0;
    for (FreeLists stripe : stripes) {
      owed += stripe.settle();
    }
    return owed;
  }

  /** Counts a chunk that is closed but never reused. */
  void quarantine() {
    stripe().countRelease();
  }

  private FreeLists stripe() {
    return stripes[(int) Thread.currentThread().threadId() & (stripes.length - 1)];
  }

  private Chunk takeSlowly(int sizeClass, long asked, FreeLists mine) {
    Slabs slabs = classes[sizeClass];
    synchronized (slabs) {
      for (FreeLists stripe : stripes) {
        Chunk list = stripe.takeAll(sizeClass);
        if (list != null) {
          mine.pushAll(list.next);
          list.next = null;
          mine.countReuse();
          return list;
        }
      }
      if (slabs.current == null || !slabs.current.hasUncarved()) {
        long capacity = SizeClasses.capacity(sizeClass);
        long wanted =
            Math.clamp(slabs.bytes, Math.max(capacity, MIN_SLAB), Math.max(capacity, MAX_SLAB));
        slabs.current = allocator.map(sizeClass, wanted / capacity * capacity, asked);
        slabs.all.add(slabs.current);
        slabs.bytes += slabs.current.byteSize();
      }
      Chunk chunk = slabs.current.carve();
      mine.countFresh();
      return chunk;
    }
  }

  /** Unmaps every slab none of whose chunks is in use. */
  void trim() {
    for (int i = 0; i < classes.length; i++) {
      trim(classes[i], i);
    }
  }

  private void trim(Slabs slabs, int sizeClass) {
    List<Slab> idle = new ArrayList<>();
    List<Chunk> idleChunks = new ArrayList<>();
    synchronized (slabs) {
      if (slabs.all.isEmpty()) {
        return;
      }
      List<Chunk> chunks = drain(sizeClass);
      for (Slab slab : slabs.all) {
        slab.free = 0;
      }
      for (Chunk chunk : chunks) {
        chunk.slab.free++;
      }
      for (Chunk chunk : chunks) {
        if (chunk.slab.allFree()) {
          idleChunks.add(chunk);
        } else {
          stripe().push(chunk);
        }
      }
      for (Iterator<Slab> it = slabs.all.iterator(); it.hasNext(); ) {
        Slab slab = it.next();
        if (slab.allFree()) {
          it.remove();
          idle.add(slab);
          slabs.bytes -= slab.byteSize();
          slabs.current = slab == slabs.current ? null : slabs.current;
        }
      }
    }
    for (Slab slab : idle) {
      if (!allocator.unmap(slab)) {
        restore(slabs, slab, idleChunks);
      }
    }
  }

  private List<Chunk> drain(int sizeClass) {
    List<Chunk> chunks = new ArrayList<>();
    for (FreeLists stripe : stripes) {
      Chunk chunk = stripe.takeAll(sizeClass);
      while (chunk != null) {
        Chunk next = chunk.next;
        chunk.next = null;
        chunks.add(chunk);
        chunk = next;
      }
    }
    return chunks;
  }

  private void restore(Slabs slabs, Slab slab, List<Chunk> chunks) {
    synchronized (slabs) {
      slabs.all.add(slab);
      slabs.bytes += slab.byteSize();
      for (Chunk chunk : chunks) {
        if (chunk.slab == slab) {
          stripe().push(chunk);
        }
      }
    }
  }

  /** Adds this pool's share to the totals. */
  void count(Totals totals) {
    for (FreeLists stripe : stripes) {
      stripe.count(totals);
    }
    for (Slabs slabs : classes) {
      synchronized (slabs) {
        for (Slab slab : slabs.all) {
          totals.pooledBytes += slab.uncarvedBytes();
        }
      }
    }
  }
}
