package dev.balboa.nn.memory;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Notices blocks and scopes that the garbage collector found unreachable and nobody had closed. It
 * only reports: their memory stays taken, so that a leak shows in the metrics and in the report,
 * and no kernel loses its memory to a collection.
 */
final class LeakTracker {
  private static final int MAX_REPORTS = 1000;

  /** Stands for one open block or scope, without keeping it reachable. */
  static final class Ticket extends PhantomReference<Object> {
    private final LeakReport.Kind kind;
    private final String thread = Thread.currentThread().getName();
    private final CallSite site;
    private volatile long bytes;

    private Ticket(
        Object target,
        ReferenceQueue<Object> queue,
        LeakReport.Kind kind,
        long bytes,
        CallSite site) {
      super(target, queue);
      this.kind = kind;
      this.bytes = bytes;
      this.site = site;
    }

    /** Adjusts the bytes a scope holds; called by the scope's thread only. */
    void add(long change) {
      long now = bytes + change;
      bytes = now;
    }

    private LeakReport report() {
      return new LeakReport(kind, bytes, thread, site.toString());
    }
  }

  private final ReferenceQueue<Object> queue = new ReferenceQueue<>();
  private final Set<Ticket> open = ConcurrentHashMap.newKeySet();
  private final List<LeakReport> found = Collections.synchronizedList(new ArrayList<>());
  private final Consumer<LeakReport> listener;

  LeakTracker(Consumer<LeakReport> listener) {
    this.listener = listener;
  }

  Ticket open(Object target, LeakReport.Kind kind, long bytes, CallSite site) {
    Ticket ticket = new Ticket(target, queue, kind, bytes, site);
    open.add(ticket);
    return ticket;
  }

  void closed(Ticket ticket) {
    open.remove(ticket);
    ticket.clear();
  }

  /** What was found leaked so far, oldest first, the first 1000. */
  List<LeakReport> leaks() {
    drain();
    synchronized (found) {
      return List.copyOf(found);
    }
  }

  /** What is open now and still reachable. */
  List<LeakReport> open() {
    drain();
    return open.stream().map(Ticket::report).toList();
  }

  /** Reports what was found unreachable since the last call; runs the listener. */
  void drain() {
    for (Object ref = queue.poll(); ref != null; ref = queue.poll()) {
      Ticket ticket = (Ticket) ref;
      if (open.remove(ticket)) {
        LeakReport report = ticket.report();
        if (found.size() < MAX_REPORTS) {
          found.add(report);
        }
        listener.accept(report);
      }
    }
  }
}
