package dev.balboa.nn.data;

import dev.balboa.nn.memory.Scope;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;

/**
 * The batches of one pass over a {@link DataLoader}'s dataset.
 *
 * <p>Ownership: a batch belongs to the scope that is innermost when {@link #next} is called. {@link
 * #close}, allowed at any time, ends the background threads and frees what was assembled ahead.
 *
 * <p>Thread rule: one thread at a time.
 */
public final class Epoch implements Iterator<Batch>, AutoCloseable {
  private final BatchAssembly assembly;
  private final Prefetcher prefetcher;
  private final int end;
  private int position;
  private boolean closed;

  Epoch(BatchAssembly assembly, int first, int end, int workers, int prefetch) {
    this.assembly = assembly;
    this.position = first;
    this.end = end;
    this.prefetcher =
        workers == 0 || first == end
            ? null
            : new Prefetcher(assembly, first, end, workers, prefetch);
  }

  /** The number that the epoch was started with. */
  public long number() {
    return assembly.epoch();
  }

  /** The index, within the epoch, of the batch that {@link #next} returns. */
  public int position() {
    return position;
  }

  /** Whether the epoch has more batches; does not wait for them. */
  @Override
  public boolean hasNext() {
    return !closed && position < end;
  }

  /**
   * The next batch, in the innermost scope.
   *
   * @throws NoSuchElementException after the last one
   * @throws DataLoadingException if the dataset failed; the epoch is closed then
   * @throws IllegalStateException if the epoch is closed, no scope is open, or the thread is
   *     interrupted while it waits
   */
  @Override
  public Batch next() {
    if (closed) {
      throw new IllegalStateException("data loader: the epoch is closed");
    }
    if (position >= end) {
      throw new NoSuchElementException("data loader: epoch " + number() + " has no more batches");
    }
    Scope scope = Scope.current();
    Batch batch = take();
    batch.x().moveTo(scope);
    batch.y().moveTo(scope);
    position++;
    return batch;
  }

  private Batch take() {
    boolean done = false;
    try {
      Batch batch = prefetcher == null ? assembly.assemble(position) : prefetcher.take();
      done = true;
      return batch;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  /** Hands out the remaining batches, each in a scope of its own that ends with the call. */
  @Override
  public void forEachRemaining(Consumer<? super Batch> action) {
    while (hasNext()) {
      try (var _ = Scope.open()) {
        action.accept(next());
      }
    }
  }

  /**
   * Ends the background threads, waiting for the batches they are assembling. Closing twice is
   * harmless.
   */
  @Override
  public void close() {
    closed = true;
    if (prefetcher != null) {
      prefetcher.close();
    }
  }
}
