package dev.balboa.nn.data;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Assembles batches on background threads, a bounded number ahead of their use. Threads take the
 * batches in order and hand each over in the place of its number, so that what is taken does not
 * depend on which thread was faster. They are never interrupted, since that would close the files
 * that a dataset reads from.
 *
 * <p>Thread rule: taken from and closed by one thread.
 */
final class Prefetcher implements AutoCloseable {
  /** What a background thread hands over: a batch or the reason why there is none. */
  private record Delivery(Batch batch, DataLoadingException failure) {}

  private final BatchAssembly assembly;
  private final int end;
  private final int workers;
  private final Semaphore room;
  private final AtomicInteger next;
  private final Delivery[] deliveries;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final List<Thread> threads = new ArrayList<>();
  private int position;
  private volatile boolean stopped;

  /**
   * Starts to assemble the batches [first, end).
   *
   * @param ahead how many there may be that are not taken, those under way included
   */
  Prefetcher(BatchAssembly assembly, int first, int end, int workers, int ahead) {
    this.assembly = assembly;
    this.end = end;
    this.workers = Math.min(workers, end - first);
    this.position = first;
    this.next = new AtomicInteger(first);
    this.room = new Semaphore(ahead);
    this.deliveries = new Delivery[ahead];
    for (int i = 0; i < this.workers; i++) {
      threads.add(
          Thread.ofPlatform().name("balboa-data-loader-", i).daemon().start(this::assembleAll));
    }
  }

  private void assembleAll() {
    while (true) {
      room.acquireUninterruptibly();
      if (stopped) {
        return;
      }
      // No more numbers are given out than there was room for, so a number's place is free.
      int index = next.getAndIncrement();
      if (index >= end) {
        return;
      }
      Delivery delivery = delivery(index);
      lock.lock();
      try {
        deliveries[index % deliveries.length] = delivery;
        arrived.signal();
      } finally {
        lock.unlock();
      }
      if (delivery.failure != null) {
        stopped = true;
        room.release(workers);
        return;
      }
    }
  }

  private Delivery delivery(int index) {
    try {
      return new Delivery(assembly.assemble(index), null);
    } catch (DataLoadingException e) {
      return new Delivery(null, e);
    }
  }

  /** The next batch, in order; the caller closes it. */
  Batch take() {
    Delivery delivery;
    lock.lock();
    try {
      if (Thread.interrupted()) {
        throw new InterruptedException(); // whether or not a batch has arrived by now
      }
      int place = position % deliveries.length;
      while (deliveries[place] == null) {
        arrived.await();
      }
      delivery = deliveries[place];
      deliveries[place] = null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("data loader: interrupted while waiting for a batch", e);
    } finally {
      lock.unlock();
    }
    position++;
    room.release();
    if (delivery.failure != null) {
      throw new DataLoadingException(delivery.failure);
    }
    return delivery.batch;
  }

  /** Waits for the batches in progress and frees what nobody took. Closing twice is harmless. */
  @Override
  public void close() {
    stopped = true;
    room.release(workers);
    boolean interrupted = false;
    for (Thread thread : threads) {
      interrupted |= join(thread);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    for (int i = 0; i < deliveries.length; i++) {
      if (deliveries[i] != null && deliveries[i].batch != null) {
        deliveries[i].batch.close();
      }
      deliveries[i] = null;
    }
  }

  /** Whether this thread was interrupted meanwhile. */
  private static boolean join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    return interrupted;
  }
}
