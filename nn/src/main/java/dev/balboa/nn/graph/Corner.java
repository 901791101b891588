package dev.balboa.nn.graph;

import dev.balboa.nn.op.Shape;
import java.lang.foreign.MemorySegment;

/**
 * The elements that a dense tensor and a larger or smaller one of the same rank have in common:
 * those at the positions that both have.
 */
final class Corner {
  private final MemorySegment from;
  private final MemorySegment to;
  private final Shape source;
  private final Shape target;
  private final long bytes;

  private Corner(MemorySegment from, MemorySegment to, Shape source, Shape target, long bytes) {
    this.from = from;
    this.to = to;
    this.source = source;
    this.target = target;
    this.bytes = bytes;
  }

  /** Copies them; positions that only the target has become zeros. */
  static void copy(MemorySegment from, Shape source, MemorySegment to, Shape target, long bytes) {
    to.fill((byte) 0);
    if (source.size() > 0 && target.size() > 0) {
      new Corner(from, to, source, target, bytes).copy(0, 0, 0);
    }
  }

  /** From this axis on, at these positions counted in rows of the axes before. */
  private void copy(int axis, long row, long targetRow) {
    long n = Math.min(source.dim(axis), target.dim(axis));
    long first = row * source.dim(axis);
    long targetFirst = targetRow * target.dim(axis);
    if (sameBehind(axis)) {
      long run = source.slice(axis + 1, source.rank()).size() * bytes;
      MemorySegment.copy(from, first * run, to, targetFirst * run, n * run);
      return;
    }
    for (long i = 0; i < n; i++) {
      copy(axis + 1, first + i, targetFirst + i);
    }
  }

  private boolean sameBehind(int axis) {
    int rank = source.rank();
    return source.slice(axis + 1, rank).equals(target.slice(axis + 1, rank));
  }
}
