package dev.balboa.nn.memory;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Hands out off-heap {@link Block}s, aligned to 64 bytes, from slabs that stay mapped and are
 * reused: a steady workload maps nothing and returns nothing. Large blocks (above 1 MiB) have a
 * slab each and are pooled up to {@link Options#maxPooledBytes()}. A block's contents are
 * undefined; nothing is zeroed.
 *
 * <p>Memory goes back to the operating system only by {@link #trim()}, when the pool of large
 * blocks overflows, and when an allocation would otherwise fail. The JVM counts slabs as direct
 * memory: {@code -XX:MaxDirectMemorySize} bounds them (by default the maximum heap size).
 *
 * <p>Thread-safe. An allocator has no close: {@link #trim()} after the last block was closed unmaps
 * everything.
 */
public final class Allocator {
  private static final class Shared {
    static final Allocator INSTANCE = new Allocator(Options.fromSystemProperties());
  }

  private final Options options;
  private final SmallPool small;
  private final LargePool large;
  private final LeakTracker leakTracker;

  /**
   * Bytes of open blocks, and of closed ones that the small pool owes still: it pays with what is
   * allocated next, so that a loop that takes what it has just given back does not come here.
   */
  private final AtomicLong countedBytes = new AtomicLong();

  private final AtomicLong peakBytes = new AtomicLong();
  private final AtomicLong slabBytes = new AtomicLong();

  private Allocator(Options options) {
    this.options = options;
    small = new SmallPool(this, Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 1, 32));
    large = new LargePool(this, options.maxPooledBytes());
    leakTracker = options.leakTracking() ? new LeakTracker(options.leakListener()) : null;
  }

  /**
   * The process's default allocator, configured by {@link Options#fromSystemProperties()} on first
   * use.
   */
  public static Allocator shared() {
    return Shared.INSTANCE;
  }

  /** A separate allocator with slabs and metrics of its own. */
  public static Allocator create(Options options) {
    return new Allocator(Objects.requireNonNull(options, "allocator: options"));
  }

  /** The options this allocator was made with. */
  public Options options() {
    return options;
  }

  /**
   * Allocates a block that belongs to no scope: any thread may use it and the caller closes it.
   *
   * @param bytes size, may be zero
   * @throws IllegalArgumentException if {@code bytes} is negative
   * @throws OutOfMemoryError if the limit, the JVM's direct-memory limit or the machine refuses it;
   *     nothing has changed then
   */
  public Block allocate(long bytes) {
    CallSite site = captureSite();
    return Block.shared(takeChunk(bytes), bytes, site);
  }

  /** A block confined to a scope; the scope links it. */
  Block allocate(long bytes, Scope scope) {
    CallSite site = captureSite();
    return Block.confined(takeChunk(bytes), bytes, site, scope);
  }

  /** A snapshot of the counters. */
  public AllocatorMetrics metrics() {
    Totals totals = new Totals();
    small.count(totals);
    large.count(totals);
    return new AllocatorMetrics(
        liveBytes(),
        peakBytes.get(),
        totals.pooledBytes,
        slabBytes.get(),
        totals.allocations - totals.releases,
        totals.allocations,
        totals.reuses);
  }

  /** {@link AllocatorMetrics#liveBytes} alone. */
  public synchronized long liveBytes() { // or another one would miss what is being settled
    return countedBytes.addAndGet(-small.settle());
  }

  /** {@link AllocatorMetrics#peakBytes} alone. */
  public long peakBytes() {
    return peakBytes.get();
  }

  /** Sets the peak back to what is live now. */
  public void resetPeak() {
    peakBytes.set(liveBytes());
  }

  /**
   * Returns to the operating system every slab none of whose blocks is open. Stalls all threads
   * shortly for each slab; not for use in a loop. Segments of closed blocks throw {@link
   * IllegalStateException} once their slab is gone.
   */
  public void trim() {
    small.trim();
    large.trim();
  }

  /**
   * Blocks and scopes that became unreachable without having been closed, as far as the garbage
   * collector has noticed.
   *
   * @throws IllegalStateException if {@link Options#leakTracking()} is off
   */
  public List<LeakReport> leaks() {
    return requireTracking().leaks();
  }

  /**
   * Scopes and scopeless blocks that are open now.
   *
   * @throws IllegalStateException if {@link Options#leakTracking()} is off
   */
  public List<LeakReport> open() {
    return requireTracking().open();
  }

  private LeakTracker requireTracking() {
    if (leakTracker == null) {
      throw new IllegalStateException(
          "leak reports need leak tracking: Options.withLeakTracking(true), or"
              + " -Dbalboa.memory.leaks=true for the shared allocator");
    }
    return leakTracker;
  }

  /** The leak tracker, or null when tracking is off. */
  LeakTracker leakTracker() {
    return leakTracker;
  }

  /** Bytes before a block's first usable byte. */
  long frontGuard() {
    return options.guardBytes() ? MemoryChecks.GUARD : 0;
  }

  CallSite captureSite() {
    return options.leakTracking() || options.guardBytes() ? CallSite.capture() : null;
  }

  private Chunk takeChunk(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException(
          "allocate: expected a size of at least 0 bytes, got " + bytes);
    }
    if (leakTracker != null) {
      leakTracker.drain();
    }
    AllocateEvent event = AllocateEvent.started();
    Chunk chunk = takeFittingChunk(bytes);
    if (event != null) {
      event.bytes = bytes;
      event.commit();
    }
    long unpaid = bytes - chunk.paidBytes;
    if (unpaid > 0 && countedBytes.addAndGet(unpaid) > peakBytes.get()) {
      peakBytes.accumulateAndGet(liveBytes(), Math::max);
    }
    if (options.poison()) {
      MemoryChecks.poison(chunk.segment(bytes));
    }
    if (options.guardBytes()) {
      MemoryChecks.writeGuards(chunk.whole(), bytes);
    }
    return chunk;
  }

  private Chunk takeFittingChunk(long bytes) {
    long padding = options.guardBytes() ? 2 * MemoryChecks.GUARD : 0;
    if (bytes > SizeClasses.MAX_CAPACITY - padding) {
      throw outOfMemory(bytes, "that is more than any machine has", null);
    }
    int sizeClass = SizeClasses.indexOf(bytes + padding);
    try {
      return take(sizeClass, bytes);
    } catch (OutOfMemoryError full) {
      // Pooled memory of other size classes may be in the way: give it back and try once more.
      long before = slabBytes.get();
      trim();
      if (slabBytes.get() >= before) {
        throw full;
      }
      return take(sizeClass, bytes);
    }
  }

  private Chunk take(int sizeClass, long asked) {
    return sizeClass < SizeClasses.SMALL_COUNT
        ? small.take(sizeClass, asked)
        : large.take(sizeClass, asked);
  }

  /**
   * Takes back a closed block's chunk.
   *
   * @return null, or the violation if its guard bytes were overwritten
   */
  GuardBytesViolation recycle(Chunk chunk, long bytes, CallSite site) {
    boolean isSmall = chunk.sizeClass < SizeClasses.SMALL_COUNT;
    if (options.guardBytes()) {
      long at = MemoryChecks.findViolation(chunk.whole(), bytes);
      if (at != Long.MIN_VALUE) {
        countedBytes.addAndGet(-bytes);
        if (isSmall) {
          small.quarantine();
        } else {
          large.quarantine();
        }
        return violation(at, bytes, site);
      }
    }
    if (options.poison()) {
      MemoryChecks.poison(chunk.segment(bytes));
    }
    if (options.guardBytes()) {
      MemoryChecks.fence.forbid(chunk.whole());
    }
    if (isSmall) {
      small.give(chunk, bytes);
    } else {
      countedBytes.addAndGet(-bytes);
      large.give(chunk);
    }
    return null;
  }

  private static GuardBytesViolation violation(long at, long bytes, CallSite site) {
    String where =
        at < 0 ? -at + " bytes before its start" : (at - bytes + 1) + " bytes past its end";
    return new GuardBytesViolation(
        "a block of "
            + bytes
            + " bytes was written "
            + where
            + "; allocated"
            + System.lineSeparator()
            + site);
  }

  /**
   * Maps a slab of the class, of the wanted size or, if the limit leaves less, of as many chunks as
   * fit.
   *
   * @param asked the block's size, for the error message
   * @throws OutOfMemoryError if not even one chunk can be mapped
   */
  Slab map(int sizeClass, long wantedBytes, long asked) {
    long bytes = reserve(wantedBytes, SizeClasses.capacity(sizeClass), asked);
    try {
      return Slab.map(this, sizeClass, bytes);
    } catch (OutOfMemoryError refused) {
      slabBytes.addAndGet(-bytes);
      throw outOfMemory(
          asked, "the JVM or the machine refused it, see -XX:MaxDirectMemorySize", refused);
    } catch (Throwable e) {
      slabBytes.addAndGet(-bytes);
      throw e;
    }
  }

  private long reserve(long wantedBytes, long capacity, long asked) {
    while (true) {
      long mapped = slabBytes.get();
      long room = options.limitBytes() - mapped;
      long bytes = Math.min(wantedBytes, room / capacity * capacity);
      if (bytes < capacity) {
        throw outOfMemory(asked, "the limit would be exceeded", null);
      }
      if (slabBytes.compareAndSet(mapped, mapped + bytes)) {
        return bytes;
      }
    }
  }

  /** Unmaps a slab; false if a native call still uses it. */
  boolean unmap(Slab slab) {
    boolean done = slab.unmap();
    if (done) {
      slabBytes.addAndGet(-slab.byteSize());
    }
    return done;
  }

  private OutOfMemoryError outOfMemory(long bytes, String why, OutOfMemoryError cause) {
    String limit =
        options.limitBytes() == Long.MAX_VALUE ? "none" : options.limitBytes() + " bytes";
    OutOfMemoryError error =
        new OutOfMemoryError(
            "cannot allocate "
                + bytes
                + " bytes off-heap: "
                + why
                + "; live "
                + liveBytes()
                + " bytes, mapped "
                + slabBytes
                + " bytes, limit "
                + limit);
    if (cause != null) {
      error.initCause(cause);
    }
    return error;
  }

  /**
   * How an allocator behaves.
   *
   * @param poison fill memory with NaNs when it is allocated and again when it is closed (slow)
   * @param guardBytes put guard bytes around each block and check them when it is closed (slow)
   * @param leakTracking remember where blocks and scopes come from and report those never closed
   *     (slow)
   * @param maxPooledBytes how much closed large-block memory stays mapped for reuse; above a bound
   *     that a workload reaches again and again it maps and unmaps each time (slow)
   * @param limitBytes how much may be mapped in all, {@link Long#MAX_VALUE} for no limit
   * @param leakListener told of each leak, on the thread that notices it while it allocates or asks
   *     for leaks
   */
  public record Options(
      boolean poison,
      boolean guardBytes,
      boolean leakTracking,
      long maxPooledBytes,
      long limitBytes,
      Consumer<LeakReport> leakListener) {
    public Options {
      Objects.requireNonNull(leakListener, "allocator options: leakListener");
      if (maxPooledBytes < 0 || limitBytes < 0) {
        throw new IllegalArgumentException(
            "allocator options: expected sizes of at least 0, got maxPooledBytes "
                + maxPooledBytes
                + ", limitBytes "
                + limitBytes);
      }
    }

    /** No checks, no limit, no bound on the pool; leaks go to the system logger as warnings. */
    public static Options defaults() {
      return new Options(false, false, false, Long.MAX_VALUE, Long.MAX_VALUE, Options::log);
    }

    /**
     * The defaults changed by the system properties {@code balboa.memory.poison}, {@code
     * balboa.memory.guard}, {@code balboa.memory.leaks} (true or false), {@code
     * balboa.memory.limit} and {@code balboa.memory.pool} (bytes, or with a suffix K, M or G).
     *
     * @throws IllegalArgumentException if a property has another form
     */
    public static Options fromSystemProperties() {
      return MemoryProperties.read(System::getProperty);
    }

    /** With poisoning on or off. */
    public Options withPoison(boolean on) {
      return new Options(on, guardBytes, leakTracking, maxPooledBytes, limitBytes, leakListener);
    }

    /** With guard bytes on or off. */
    public Options withGuardBytes(boolean on) {
      return new Options(poison, on, leakTracking, maxPooledBytes, limitBytes, leakListener);
    }

    /** With leak tracking on or off. */
    public Options withLeakTracking(boolean on) {
      return new Options(poison, guardBytes, on, maxPooledBytes, limitBytes, leakListener);
    }

    /** With another bound on pooled large-block memory. */
    public Options withMaxPooledBytes(long bytes) {
      return new Options(poison, guardBytes, leakTracking, bytes, limitBytes, leakListener);
    }

    /** With another limit on mapped memory. */
    public Options withLimitBytes(long bytes) {
      return new Options(poison, guardBytes, leakTracking, maxPooledBytes, bytes, leakListener);
    }

    /** With another listener for leaks. */
    public Options withLeakListener(Consumer<LeakReport> listener) {
      return new Options(poison, guardBytes, leakTracking, maxPooledBytes, limitBytes, listener);
    }

    private static void log(LeakReport report) {
      System.getLogger(Allocator.class.getPackageName())
          .log(System.Logger.Level.WARNING, "memory leak: " + report);
    }
  }
}
