package dev.balboa.nn.exec;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A sequence of keys for random operations: a seed and a counter. Everything random in a run comes
 * from its stream, so a run is repeated from the seed and resumed from seed and position.
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

  /** The next key: seed and sequence number. */
  public long[] next() {
    return new long[] {seed, position.getAndIncrement()};
  }
}
