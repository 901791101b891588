package dev.balboa.nn.memory;

/**
 * Rounds sizes up to a fixed ladder of capacities: four steps per doubling from 64 bytes to 1 MiB
 * (at most a quarter is wasted), eight steps per doubling above (at most an eighth). Every capacity
 * is a multiple of 64 bytes.
 */
final class SizeClasses {
  /** The smallest capacity, and the alignment of every block. */
  static final long MIN_CAPACITY = 64;

  /**
   * The largest capacity that shares a slab with others; larger blocks have a slab of their own.
   */
  static final long MAX_SMALL = 1L << 20;

  /**
   * No block may be larger: far beyond any machine, and small enough that no sum of sizes
   * overflows.
   */
  static final long MAX_CAPACITY = 1L << 46;

  private static final int MIN_LOG = 6;
  private static final int SMALL_LOG = 20;
  private static final int MAX_LOG = 46;

  /** Number of classes that share slabs: classes {@code 0 .. SMALL_COUNT - 1}. */
  static final int SMALL_COUNT = indexOfSmall(MAX_SMALL) + 1;

  /** Number of classes in all. */
  static final int COUNT = SMALL_COUNT + 8 * (MAX_LOG - SMALL_LOG);

  private SizeClasses() {}

  /**
   * The class of the smallest capacity that holds {@code bytes}, for {@code 0 <= bytes <=
   * MAX_CAPACITY}.
   */
  static int indexOf(long bytes) {
    if (bytes <= MIN_CAPACITY) {
      return 0;
    }
    return bytes <= MAX_SMALL ? indexOfSmall(bytes) : indexOfLarge(bytes);
  }

  /** The capacity in bytes of a class. */
  static long capacity(int index) {
    if (index < SMALL_COUNT) {
      // Below 256 bytes a quarter step would be less than 64 bytes: the ladder is 64, 128, 192,
      // 256, 320, ...
      return index < 4 ? MIN_CAPACITY * (index + 1) : step(index - 4, MIN_LOG + 2, 2);
    }
    return step(index - SMALL_COUNT, SMALL_LOG, 3);
  }

  private static int indexOfSmall(long bytes) {
    if (bytes <= 4 * MIN_CAPACITY) {
      return (int) ((bytes + MIN_CAPACITY - 1) / MIN_CAPACITY) - 1;
    }
    return 4 + stepIndex(bytes, MIN_LOG + 2, 2);
  }

  private static int indexOfLarge(long bytes) {
    return SMALL_COUNT + stepIndex(bytes, SMALL_LOG, 3);
  }

  /**
   * Index of {@code bytes} on a ladder that starts just above {@code 2^baseLog}, {@code 2^stepLog}
   * steps per doubling.
   */
  private static int stepIndex(long bytes, int baseLog, int stepLog) {
    int log = 63 - Long.numberOfLeadingZeros(bytes - 1);
    long within = (bytes - 1 - (1L << log)) >>> (log - stepLog);
    return ((log - baseLog) << stepLog) + (int) within;
  }

  private static long step(int index, int baseLog, int stepLog) {
    int log = baseLog + (index >>> stepLog);
    long within = (index & ((1 << stepLog) - 1)) + 1L;
    return (1L << log) + (within << (log - stepLog));
  }
}
