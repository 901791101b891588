package dev.balboa.nn.exec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/**
 * A sequence of keys for random operations: a seed and a counter. Everything random in a run comes
 * from its stream, so a run is repeated from the seed and resumed from seed and position.
 *
 * <p>Streams of their own come from {@link #split} and {@link #fork}: their seeds are hashes of
 * this one's and of what tells them apart, h(h(h(seed, 1), position), i) for part i of a split and
 * h(h(seed, 2), FNV-1a of the UTF-8 name) for a fork, with h(s, v) = mix64(s + (v + 1) *
 * 0x9e3779b97f4a7c15) and the finalizer mix64 of SplitMix64 (Steele, Lea and Flood, 2014).
 *
 * <p>Thread rule: safe to share; a program is reproducible if one thread draws.
 */
public final class RandomStream {
  private final long seed;
  private final AtomicLong position;

  /** A stream from its start. */
  public RandomStream(long seed) {
    this(seed, 0);
  }

  /** A stream from a saved position. */
  public RandomStream(long seed, long position) {
    if (position < 0) {
      throw new IllegalArgumentException(
          "random stream: expected a position >= 0, got " + position);
    }
    this.seed = seed;
    this.position = new AtomicLong(position);
  }

  /** The seed. */
  public long seed() {
    return seed;
  }

  /** How many keys have been drawn. */
  public long position() {
    return position.get();
  }

  /**
   * {@code n} streams that are independent of each other and of this one. Takes one key of this
   * stream, so that the next split gives others.
   */
  public List<RandomStream> split(int n) {
    if (n < 0) {
      throw new IllegalArgumentException("random stream: expected n >= 0 parts, got " + n);
    }
    long base = hash(hash(seed, 1), position.getAndIncrement());
    return LongStream.range(0, n).mapToObj(i -> new RandomStream(hash(base, i))).toList();
  }

  /**
   * An independent stream of this name: the same one whenever it is asked for, wherever this stream
   * has got to.
   */
  public RandomStream fork(String name) {
    long h = 0xcbf29ce484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      h = (h ^ (b & 0xFF)) * 0x100000001b3L;
    }
    return new RandomStream(hash(hash(seed, 2), h));
  }

  private static long hash(long s, long v) {
    long z = s + (v + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** Writes the next key, seed and sequence number, as I64[2]. */
  public void next(MemorySegment key) {
    key.setAtIndex(ValueLayout.JAVA_LONG, 0, seed);
    key.setAtIndex(ValueLayout.JAVA_LONG, 1, position.getAndIncrement());
  }

  /** The next key: seed and sequence number. */
  public long[] next() {
    return new long[] {seed, position.getAndIncrement()};
  }
}
