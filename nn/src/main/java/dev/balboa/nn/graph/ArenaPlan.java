package dev.balboa.nn.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Packs buffers into one piece of memory so that those needed at the same time do not overlap: the
 * largest first, each at the lowest offset that is free for as long as it is needed ("greedy by
 * size", Pisarchyk and Lee, 2020). The same buffers always get the same places.
 */
final class ArenaPlan {
  private static final long ALIGNMENT = 64;

  private ArenaPlan() {}

  /** Places every buffer and gives the bytes that all of them take together. */
  static long place(List<Buffer> buffers) {
    List<Buffer> bySize = new ArrayList<>(buffers);
    bySize.sort(Comparator.comparingLong((Buffer b) -> b.bytes).reversed());
    List<Buffer> placed = new ArrayList<>(); // by offset
    long end = 0;
    for (Buffer b : bySize) {
      b.offset = lowest(placed, b);
      int at = 0;
      while (at < placed.size() && placed.get(at).offset <= b.offset) {
        at++;
      }
      placed.add(at, b);
      end = Math.max(end, sum(b.offset, aligned(b.bytes)));
    }
    return end;
  }

  private static long lowest(List<Buffer> placed, Buffer b) {
    long offset = 0;
    for (Buffer other : placed) {
      boolean together = other.first <= b.last && b.first <= other.last;
      if (together && sum(offset, aligned(b.bytes)) > other.offset) {
        offset = Math.max(offset, sum(other.offset, aligned(other.bytes)));
      }
    }
    return offset;
  }

  static long aligned(long bytes) {
    return sum(bytes, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Of bytes; the largest number, which no allocator gives, for what is larger. */
  static long sum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }
}
