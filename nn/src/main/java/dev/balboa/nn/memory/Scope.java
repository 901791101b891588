package dev.balboa.nn.memory;

import java.util.Objects;

/**
 * A lexical lifetime: every block allocated in it, and neither kept nor moved elsewhere, is closed
 * with it.
 *
 * <pre>{@code
 * try (Scope scope = Scope.open()) {
 *   Block scratch = scope.allocate(4096);
 *   ...
 * }
 * }</pre>
 *
 * <p>Scopes nest by thread: {@link #open()} makes a child of the calling thread's innermost open
 * scope. A scope and its blocks are confined to the thread (platform or virtual) that opened it,
 * and scopes close innermost first.
 */
public final class Scope implements AutoCloseable {
  /** The calling thread's innermost open scope. */
  private static final class Innermost {
    Scope scope;
  }

  private static final ThreadLocal<Innermost> INNERMOST = ThreadLocal.withInitial(Innermost::new);

  private final Thread thread = Thread.currentThread();
  private final Innermost innermost;
  private final Scope parent;
  private final Allocator allocator;
  private final CallSite site;
  private final LeakTracker.Ticket ticket;
  private Block first;
  private boolean closed;

  private Scope(Innermost innermost, Allocator allocator) {
    if (allocator.leakTracker() != null) {
      allocator.leakTracker().drain();
    }
    this.innermost = innermost;
    this.parent = innermost.scope;
    this.allocator = allocator;
    this.site = allocator.captureSite();
    LeakTracker tracker = allocator.leakTracker();
    this.ticket = tracker == null ? null : tracker.open(this, LeakReport.Kind.SCOPE, 0, site);
    innermost.scope = this;
  }

  /**
   * Opens a child of the thread's innermost scope, with its allocator; without one, a root on
   * {@link Allocator#shared()}.
   */
  public static Scope open() {
    Innermost innermost = INNERMOST.get();
    return new Scope(
        innermost, innermost.scope == null ? Allocator.shared() : innermost.scope.allocator);
  }

  /**
   * Opens a child of the thread's innermost scope, or a root, that allocates from the given
   * allocator.
   */
  public static Scope open(Allocator allocator) {
    return new Scope(INNERMOST.get(), Objects.requireNonNull(allocator, "scope: allocator"));
  }

  /**
   * The calling thread's innermost open scope.
   *
   * @throws IllegalStateException if there is none
   */
  public static Scope current() {
    Scope scope = INNERMOST.get().scope;
    if (scope == null) {
      throw new IllegalStateException(
          "no scope is open on thread '"
              + Thread.currentThread().getName()
              + "': use try (var scope = Scope.open())");
    }
    return scope;
  }

  /** Whether the calling thread has an open scope. */
  public static boolean isAnyOpen() {
    return INNERMOST.get().scope != null;
  }

  /** Whether this scope is open. For the scope's own thread. */
  public boolean isOpen() {
    return !closed;
  }

  /** The allocator behind this scope. */
  public Allocator allocator() {
    return allocator;
  }

  /**
   * The scope this one was opened in.
   *
   * @throws IllegalStateException if it is a root
   */
  public Scope parent() {
    if (parent == null) {
      throw new IllegalStateException("the scope is a root and has no parent");
    }
    return parent;
  }

  /** Whether this scope was opened in no other. */
  public boolean isRoot() {
    return parent == null;
  }

  /**
   * Allocates a block that is closed with this scope. The scope need not be the innermost.
   *
   * @param bytes size, may be zero
   * @throws IllegalArgumentException if {@code bytes} is negative
   * @throws IllegalStateException if the scope is closed or another thread's
   * @throws OutOfMemoryError as {@link Allocator#allocate}
   */
  public Block allocate(long bytes) {
    checkUsable();
    Block block = allocator.allocate(bytes, this);
    link(block);
    return block;
  }

  /**
   * Closes every block still in this scope. Closing twice does nothing.
   *
   * @throws IllegalStateException if called by another thread, while a scope opened inside this one
   *     is open, or while a block is in use; nothing is closed then
   * @throws GuardBytesViolation if guard bytes are on and were overwritten; everything is closed
   *     then
   */
  @Override
  public void close() {
    checkThread();
    if (closed) {
      return;
    }
    if (innermost.scope != this) {
      throw new IllegalStateException(
          "the scope cannot be closed before the innermost one opened inside it"
              + where(innermost.scope));
    }
    for (Block block = first; block != null; block = block.next) {
      if (block.uses() > 0) {
        throw block.inUse(block.uses());
      }
    }
    closed = true;
    innermost.scope = parent;
    if (ticket != null) {
      allocator.leakTracker().closed(ticket);
    }
    closeBlocks();
  }

  private void closeBlocks() {
    GuardBytesViolation violation = null;
    Block block = first;
    first = null;
    while (block != null) {
      Block next = block.next;
      block.next = null;
      block.previous = null;
      GuardBytesViolation v = block.closeWithScope();
      if (violation == null) {
        violation = v;
      } else if (v != null) {
        violation.addSuppressed(v);
      }
      block = next;
    }
    if (violation != null) {
      throw violation;
    }
  }

  Thread thread() {
    return thread;
  }

  void link(Block block) {
    block.next = first;
    if (first != null) {
      first.previous = block;
    }
    first = block;
    if (ticket != null) {
      ticket.add(block.byteSize());
    }
  }

  void unlink(Block block) {
    if (block.previous == null) {
      first = block.next;
    } else {
      block.previous.next = block.next;
    }
    if (block.next != null) {
      block.next.previous = block.previous;
    }
    block.previous = null;
    block.next = null;
    if (ticket != null) {
      ticket.add(-block.byteSize());
    }
  }

  void checkUsable() {
    checkThread();
    if (closed) {
      throw new IllegalStateException("the scope is closed" + where(this));
    }
  }

  private void checkThread() {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "the scope belongs to thread '"
              + thread.getName()
              + "' and cannot be used from thread '"
              + Thread.currentThread().getName()
              + "'");
    }
  }

  private static String where(Scope scope) {
    return scope.site == null
        ? " (leak tracking would tell where it was opened)"
        : "; opened" + System.lineSeparator() + scope.site;
  }
}
