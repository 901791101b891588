package dev.balboa.nn.graph;

import dev.balboa.nn.memory.Block;

/**
 * A piece of memory of a program, with the steps between which it is needed. Mutable while a graph
 * is lowered, fixed afterwards.
 */
final class Buffer {
  /** Where the memory is. */
  enum Home {
    /** In the arena of each instance. */
    ARENA,
    /** Computed from parameters alone, shared by all instances. */
    PACKED,
    /** A tensor from outside. */
    HELD
  }

  final Home home;
  final long bytes;

  /** What is held. */
  final Block block;

  int first = Integer.MAX_VALUE;
  int last = -1;
  long offset;
  private boolean unwritten;

  private Buffer(Home home, long bytes, Block block) {
    this.home = home;
    this.bytes = bytes;
    this.block = block;
  }

  static Buffer arena(long bytes) {
    return new Buffer(Home.ARENA, bytes, null);
  }

  static Buffer packed(long bytes) {
    return new Buffer(Home.PACKED, bytes, null);
  }

  static Buffer held(Block block) {
    return new Buffer(Home.HELD, block.byteSize(), block);
  }

  /** It is needed at this step of the part of the program that it lives in. */
  void needAt(int step) {
    first = Math.min(first, step);
    last = Math.max(last, step);
  }

  /** Results may not take its place: an argument, which may be the caller's memory. */
  void keepUnwritten() {
    unwritten = true;
  }

  /** Whether a result may take its place when it is not needed any more. */
  boolean mayBeReused() {
    return home == Home.ARENA && !unwritten;
  }

  /** It is needed for good. */
  void needForever() {
    last = Integer.MAX_VALUE;
  }
}
