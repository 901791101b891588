package dev.balboa.nn.backend;

import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * Prepared operations by operation, input specs and layouts; bounded, least recently used out
 * first, some at a time. Without a bound, varying shapes would grow native memory without end.
 *
 * <p>An entry is leased for the time of a run and closed when it has been evicted and the last
 * lease is returned. Recency is approximate under concurrency, which costs a re-preparation at
 * worst.
 *
 * <p>Thread rule: safe to share.
 */
public final class PrimitiveCache implements AutoCloseable {
  private final int capacity;
  private final Map<Key, Lease> entries = new ConcurrentHashMap<>();
  private final LongAdder misses = new LongAdder();
  private final LongAdder evictions = new LongAdder();
  private long tick;

  /** A cache of at most {@code capacity} prepared operations. */
  public PrimitiveCache(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "primitive cache: expected a capacity of at least 1, got " + capacity);
    }
    this.capacity = capacity;
  }

  /** What identifies a prepared operation. */
  public static final class Key {
    private final Op op;
    private final TensorSpec[] inputs;
    private final Layout[] layouts;

    /** Takes over the arrays: a key is made for every operation that runs. */
    public Key(Op op, TensorSpec[] inputs, Layout[] layouts) {
      this.op = op;
      this.inputs = inputs;
      this.layouts = layouts;
    }

    /** The operation. */
    public Op op() {
      return op;
    }

    /** The specs of its inputs. */
    public List<TensorSpec> inputs() {
      return Arrays.asList(inputs);
    }

    /** The layouts of its inputs. */
    public List<Layout> layouts() {
      return Arrays.asList(layouts);
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Key k
          && op.equals(k.op)
          && Arrays.equals(inputs, k.inputs)
          && Arrays.equals(layouts, k.layouts);
    }

    @Override
    public int hashCode() {
      return (31 * op.hashCode() + Arrays.hashCode(inputs)) * 31 + Arrays.hashCode(layouts);
    }
  }

  /** Counts since creation. */
  public record Metrics(int size, int capacity, long misses, long evictions) {}

  /** The entry of a key, prepared if need be; {@link Lease#close} returns it. */
  public Lease lease(Key key, Function<Key, Entry> prepare) {
    while (true) {
      Lease found = entries.get(key);
      if (found != null && found.acquire()) {
        found.lastUsed = ++tick;
        return found;
      }
      if (found != null) {
        entries.remove(key, found);
        continue;
      }
      insert(key, prepare.apply(key));
    }
  }

  private void insert(Key key, Entry entry) {
    misses.increment();
    Lease lease = new Lease(entry);
    lease.lastUsed = ++tick;
    Lease raced = entries.putIfAbsent(key, lease);
    if (raced != null) {
      lease.close();
      return;
    }
    while (entries.size() > capacity) {
      evictOldest(lease);
    }
  }

  /**
   * Evicts the oldest sixteenth at once, so that finding it costs little for each entry that comes:
   * with shapes that never repeat every insertion evicts.
   */
  private void evictOldest(Lease except) {
    int count = entries.size() - capacity + capacity / 16;
    PriorityQueue<Aged> oldest = new PriorityQueue<>();
    entries.forEach((key, lease) -> {
      if (lease != except) {
        oldest.add(new Aged(lease.lastUsed, key, lease));
        if (oldest.size() > count) {
          oldest.remove();
        }
      }
    });
    for (Aged aged : oldest) {
      if (entries.remove(aged.key, aged.lease)) {
        evictions.increment();
        aged.lease.close();
      }
    }
  }

  /** An entry with its age as it was found; the youngest comes first. */
  private record Aged(long lastUsed, Key key, Lease lease) implements Comparable<Aged> {
    @Override
    public int compareTo(Aged other) {
      return Long.compare(other.lastUsed, lastUsed);
    }
  }

  /** Size, bound, misses and evictions. */
  public Metrics metrics() {
    return new Metrics(entries.size(), capacity, misses.sum(), evictions.sum());
  }

  /** Evicts everything. */
  @Override
  public void close() {
    entries.forEach((key, lease) -> {
      if (entries.remove(key, lease)) {
        lease.close();
      }
    });
  }

  /** A prepared operation with the specs of its outputs and the memory that they need. */
  public static final class Entry {
    private final Prepared prepared;
    private final List<TensorSpec> outputs;
    private final long[] bytes;

    /**
     * @param outputs none for an operation that works in place
     */
    public Entry(Prepared prepared, List<TensorSpec> outputs) {
      this.prepared = prepared;
      this.outputs = outputs;
      this.bytes = new long[outputs.size()];
      for (int i = 0; i < bytes.length; i++) {
        TensorSpec spec = outputs.get(i);
        bytes[i] =
            switch (prepared.outputLayouts().get(i)) {
              case Layout.Opaque o -> o.byteSize();
              case Layout.Strided s -> s.extent(spec.shape().dims()) * spec.dtype().bytes();
            };
      }
    }

    /** The operation. */
    public Prepared prepared() {
      return prepared;
    }

    /** The specs of its outputs. */
    public List<TensorSpec> outputs() {
      return outputs;
    }

    /** Bytes of memory for an output. */
    public long bytes(int output) {
      return bytes[output];
    }
  }

  /** A counted reference to an entry; the cache holds one itself. */
  public static final class Lease implements AutoCloseable {
    private final Entry entry;
    private final AtomicInteger references = new AtomicInteger(1);
    private long lastUsed;

    private Lease(Entry entry) {
      this.entry = entry;
    }

    /** What is leased. */
    public Entry entry() {
      return entry;
    }

    private boolean acquire() {
      while (true) {
        int n = references.get();
        if (n == 0) {
          return false;
        }
        if (references.compareAndSet(n, n + 1)) {
          return true;
        }
      }
    }

    /** Returns one reference; the last one closes the prepared operation. */
    @Override
    public void close() {
      if (references.decrementAndGet() == 0) {
        entry.prepared().close();
      }
    }
  }
}
