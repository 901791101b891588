package dev.balboa.nn.data;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * Assembles batches on a background thread, a bounded number ahead of their use. The thread is
 * never interrupted, since that would close the files that a dataset reads from.
 *
 * <p>Thread rule: taken from and closed by one thread.
 */
final class Prefetcher implements AutoCloseable {
  /** What the background thread hands over: a batch or the reason why there is none. */
  private record Delivery(Batch batch, DataLoadingException failure) {}

  private final BatchAssembly assembly;
  private final LinkedBlockingQueue<Delivery> queue = new LinkedBlockingQueue<>();
  private final Semaphore room;
  private final Thread worker;
  private volatile boolean stopped;

  Prefetcher(BatchAssembly assembly, int first, int end, int ahead) {
    this.assembly = assembly;
    this.room = new Semaphore(ahead);
    this.worker =
        Thread.ofPlatform()
            .name("balboa-data-loader")
            .daemon()
            .start(() -> {
              for (int i = first; i < end && deliver(i); i++) {}
            });
  }

  /** Whether to go on after batch {@code index}. */
  private boolean deliver(int index) {
    room.acquireUninterruptibly();
    if (stopped) {
      return false;
    }
    try {
      queue.add(new Delivery(assembly.assemble(index), null));
      return true;
    } catch (DataLoadingException e) {
      queue.add(new Delivery(null, e));
      return false;
    }
  }

  /** The next batch, in order; the caller closes it. */
  Batch take() {
    Delivery delivery;
    try {
      delivery = queue.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("data loader: interrupted while waiting for a batch", e);
    }
    room.release();
    if (delivery.failure != null) {
      throw new DataLoadingException(delivery.failure.getMessage(), delivery.failure.getCause());
    }
    return delivery.batch;
  }

  /** Waits for the batch in progress and frees what nobody took. Closing twice is harmless. */
  @Override
  public void close() {
    stopped = true;
    room.release();
    joinWorker();
    for (Delivery delivery = queue.poll(); delivery != null; delivery = queue.poll()) {
      if (delivery.batch != null) {
        delivery.batch.close();
      }
    }
  }

  private void joinWorker() {
    boolean interrupted = false;
    while (worker.isAlive()) {
      try {
        worker.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
