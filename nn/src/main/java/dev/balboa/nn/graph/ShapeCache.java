package dev.balboa.nn.graph;

import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * What was captured, by the specs of the arguments; bounded, least recently used out first. An
 * entry that is evicted while it is leased is closed when it comes back. Finding an entry allocates
 * nothing.
 *
 * <p>Thread rule: safe to share; one thread captures at a time.
 */
final class ShapeCache<V extends AutoCloseable> implements AutoCloseable {
  private final int capacity;
  private final Function<List<TensorSpec>, V> capture;
  private final List<Lease<V>> entries = new ArrayList<>(); // most recently used last
  private boolean closed;

  ShapeCache(int capacity, Function<List<TensorSpec>, V> capture) {
    this.capacity = capacity;
    this.capture = capture;
  }

  /** An entry in use; returned by {@link #close}. One object for all who lease it. */
  static final class Lease<V extends AutoCloseable> implements AutoCloseable {
    private final ShapeCache<V> cache;
    private final List<TensorSpec> specs;
    private final V value;
    private int users;
    private boolean evicted;

    private Lease(ShapeCache<V> cache, List<TensorSpec> specs, V value) {
      this.cache = cache;
      this.specs = specs;
      this.value = value;
    }

    V value() {
      return value;
    }

    private boolean fits(Tensor[] arguments) {
      if (arguments.length != specs.size()) {
        return false;
      }
      for (int i = 0; i < arguments.length; i++) {
        if (!arguments[i].spec().equals(specs.get(i))) {
          return false;
        }
      }
      return true;
    }

    /** Gives it back. */
    @Override
    public void close() {
      cache.giveBack(this);
    }
  }

  /** The entry for these arguments, captured if there is none. */
  synchronized Lease<V> lease(Tensor[] arguments) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).fits(arguments)) {
        return use(i);
      }
    }
    return add(Arrays.stream(arguments).map(Tensor::spec).toList());
  }

  /** As {@link #lease(Tensor[])}, by specs. */
  synchronized Lease<V> lease(List<TensorSpec> specs) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).specs.equals(specs)) {
        return use(i);
      }
    }
    return add(specs);
  }

  private Lease<V> use(int i) {
    Lease<V> lease = entries.get(i);
    if (i < entries.size() - 1) {
      entries.remove(i);
      entries.add(lease);
    }
    lease.users++;
    return lease;
  }

  private Lease<V> add(List<TensorSpec> specs) {
    if (closed) {
      throw new IllegalStateException("compiled: it is closed");
    }
    Lease<V> lease = new Lease<>(this, specs, capture.apply(specs));
    lease.users = 1;
    entries.add(lease);
    if (entries.size() > capacity) {
      Lease<V> oldest = entries.remove(0);
      oldest.evicted = true;
      closeIfIdle(oldest);
    }
    return lease;
  }

  private synchronized void giveBack(Lease<V> lease) {
    lease.users--;
    closeIfIdle(lease);
  }

  private void closeIfIdle(Lease<V> lease) {
    if (lease.evicted && lease.users == 0) {
      free(lease);
    }
  }

  private static void free(Lease<?> lease) {
    try {
      lease.value.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("compiled: an entry could not be closed", e);
    }
  }

  synchronized int size() {
    return entries.size();
  }

  /** Closes everything, unless something is leased. */
  @Override
  public synchronized void close() {
    if (entries.stream().anyMatch(e -> e.users > 0)) {
      throw new IllegalStateException("compiled: it is running and cannot be closed");
    }
    closed = true;
    entries.forEach(ShapeCache::free);
    entries.clear();
  }
}
