package dev.balboa.nn.memory;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * One allocation of off-heap memory, aligned to 64 bytes, contents undefined at first.
 *
 * <p>A block belongs either to a {@link Scope} or to nobody. In a scope it is confined to the
 * scope's thread and closed with it. Without one ("shared": from {@link Allocator#allocate}, or
 * after {@link #keep()}) any thread may use it, and whoever holds it calls {@link #close()}.
 *
 * <p>Kernels call {@link #acquire()} before they touch the memory and {@link #release()} after: a
 * block in use cannot be closed. Using a block after it was closed, or from another thread than its
 * scope's, throws {@link IllegalStateException}.
 */
public final class Block {
  /**
   * State of a block in a scope, and what a thread sees of a block that was not safely published to
   * it.
   */
  private static final int CONFINED = 0;

  /** State of a shared block, plus the number of uses in progress. */
  private static final int SHARED = 1 << 30;

  private static final int CLOSED = -1;

  private static final VarHandle STATE;
  private static final VarHandle VERSION;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(Block.class, "state", int.class);
      VERSION = lookup.findVarHandle(Block.class, "version", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Chunk chunk;
  private final long byteSize;
  private final CallSite site;

  /** The scope this block is confined to, or null. Stays set when the scope closes the block. */
  private Scope scope;

  private int state;
  private int version;

  /** Whether others hold a copy of what is in here that has to stay the same. */
  private boolean sealed;

  /** Uses in progress while confined. */
  private int uses;

  private LeakTracker.Ticket ticket;

  /** Neighbours in the scope's list. */
  Block previous;

  Block next;

  private Block(Chunk chunk, long byteSize, CallSite site) {
    this.chunk = chunk;
    this.byteSize = byteSize;
    this.site = site;
  }

  static Block shared(Chunk chunk, long byteSize, CallSite site) {
    Block block = new Block(chunk, byteSize, site);
    block.track();
    STATE.setRelease(block, SHARED);
    return block;
  }

  static Block confined(Chunk chunk, long byteSize, CallSite site, Scope scope) {
    Block block = new Block(chunk, byteSize, site);
    block.scope = scope;
    return block;
  }

  /** Whether the block is open and belongs to this scope. Call on the scope's thread. */
  public boolean isOwnedBy(Scope owner) {
    return scope == owner && isAlive();
  }

  /** Whether the block belongs to no scope. */
  public boolean isShared() {
    return scope == null && isAlive();
  }

  /** The size asked for, in bytes. */
  public long byteSize() {
    return byteSize;
  }

  /**
   * The memory, exactly {@link #byteSize()} long.
   *
   * <p>The segment must not be used after the block was closed: the memory may by then belong to
   * another block. Such an access is harmless for the JVM (the memory stays mapped, or the segment
   * throws), but it reads or writes someone else's data.
   *
   * @throws IllegalStateException if the block is closed or belongs to another thread's scope
   */
  public MemorySegment segment() {
    checkUsable();
    return chunk.segment(byteSize);
  }

  /**
   * The memory's address. Native code that was given it may run only between {@link #acquire()} and
   * {@link #release()}: nothing else protects a bare address.
   *
   * @throws IllegalStateException if the block is closed or belongs to another thread's scope
   */
  public long address() {
    checkUsable();
    return chunk.address;
  }

  /** Whether the block is not closed. Any thread may ask. */
  public boolean isAlive() {
    return (int) STATE.getAcquire(this) != CLOSED;
  }

  /**
   * Marks a use in progress. Each call needs one {@link #release()}.
   *
   * @throws IllegalStateException if the block is closed or belongs to another thread's scope
   */
  public void acquire() {
    Scope owner = scope;
    if (owner != null) {
      checkConfined(owner);
      uses++;
      return;
    }
    while (true) {
      int s = (int) STATE.getAcquire(this);
      if (s < SHARED) {
        throw unusable(s);
      }
      if (STATE.compareAndSet(this, s, s + 1)) {
        return;
      }
    }
  }

  /**
   * Ends a use.
   *
   * @throws IllegalStateException if none is in progress, or the block belongs to another thread's
   *     scope
   */
  public void release() {
    Scope owner = scope;
    if (owner != null) {
      checkConfined(owner);
      if (uses == 0) {
        throw notAcquired();
      }
      uses--;
      return;
    }
    while (true) {
      int s = (int) STATE.getAcquire(this);
      if (s <= SHARED) {
        throw s == SHARED ? notAcquired() : unusable(s);
      }
      if (STATE.compareAndSet(this, s, s - 1)) {
        return;
      }
    }
  }

  /**
   * How often the contents were changed in place, see {@link #bumpVersion()}. Any thread may ask.
   */
  public int version() {
    return (int) VERSION.getAcquire(this);
  }

  /**
   * Notes that the contents were changed in place, so that whoever saved the old version can tell.
   */
  public void bumpVersion() {
    VERSION.getAndAdd(this, 1);
  }

  /**
   * Notes that the memory stands for a value elsewhere, of which it is a copy: writing to it in
   * place would not reach that value.
   */
  public void seal() {
    sealed = true;
  }

  /** Whether it must not be written in place, see {@link #seal()}. */
  public boolean isSealed() {
    return sealed;
  }

  /**
   * Gives the memory back to its allocator. Closing twice does nothing.
   *
   * @throws IllegalStateException if the block is in use or belongs to another thread's scope; it
   *     is not closed then
   * @throws GuardBytesViolation if guard bytes are on and were overwritten; the block is closed
   */
  public void close() {
    if (!isAlive()) {
      return;
    }
    Scope owner = scope;
    if (owner != null) {
      checkConfined(owner);
      if (uses > 0) {
        throw inUse(uses);
      }
      owner.unlink(this);
      STATE.setRelease(this, CLOSED);
    } else if (!closeShared()) {
      return;
    }
    GuardBytesViolation violation = recycle();
    if (violation != null) {
      throw violation;
    }
  }

  private boolean closeShared() {
    int s = (int) STATE.compareAndExchange(this, SHARED, CLOSED);
    if (s == SHARED) {
      untrack();
      return true;
    }
    if (s == CLOSED) {
      return false;
    }
    throw s > SHARED ? inUse(s - SHARED) : unusable(s);
  }

  /**
   * Closes on behalf of the scope, which has checked that the block is not in use and drops its
   * list itself.
   */
  GuardBytesViolation closeWithScope() {
    STATE.setRelease(this, CLOSED);
    return recycle();
  }

  private GuardBytesViolation recycle() {
    return chunk.slab.allocator().recycle(chunk, byteSize, site);
  }

  /**
   * Takes the block out of its scope: it outlives the scope, any thread may use it, and the caller
   * closes it. Does nothing to a block without a scope.
   *
   * @return this
   * @throws IllegalStateException if the block is closed or belongs to another thread's scope
   */
  public Block keep() {
    checkUsable();
    Scope owner = scope;
    if (owner != null) {
      owner.unlink(this);
      track();
      int inProgress = uses;
      uses = 0;
      scope = null;
      STATE.setRelease(this, SHARED + inProgress);
    }
    return this;
  }

  /**
   * Hands the block to a scope of the calling thread, which closes it.
   *
   * @throws IllegalStateException if the block is closed, in use by another thread, or belongs to
   *     another thread's scope, or if the target is closed or another thread's
   */
  public void moveTo(Scope target) {
    Objects.requireNonNull(target, "moveTo: target scope");
    checkUsable();
    target.checkUsable();
    if (scope != null) {
      scope.unlink(this);
    } else {
      int s = (int) STATE.compareAndExchange(this, SHARED, CONFINED);
      if (s != SHARED) {
        throw s > SHARED ? inUse(s - SHARED) : unusable(s);
      }
      untrack();
    }
    scope = target;
    target.link(this);
  }

  /** Where the memory comes from; stays known after closing. */
  Chunk chunk() {
    return chunk;
  }

  /** Uses in progress; asked by the scope's thread. */
  int uses() {
    return uses;
  }

  IllegalStateException inUse(int count) {
    return new IllegalStateException(
        this + " is in use by " + count + " running operation(s) and cannot be closed or moved");
  }

  private void checkUsable() {
    Scope owner = scope;
    if (owner != null) {
      checkConfined(owner);
    } else {
      int s = (int) STATE.getAcquire(this);
      if (s < SHARED) {
        throw unusable(s);
      }
    }
  }

  private void checkConfined(Scope owner) {
    if (owner.thread() != Thread.currentThread() || state == CLOSED) {
      throw unusable((int) STATE.getAcquire(this));
    }
  }

  private IllegalStateException unusable(int s) {
    if (s == CLOSED) {
      return new IllegalStateException("memory of " + this + " is closed");
    }
    Scope owner = scope;
    String whose =
        owner == null
            ? "another thread's scope"
            : "a scope of thread '" + owner.thread().getName() + "'";
    return new IllegalStateException(
        this
            + " belongs to "
            + whose
            + " and cannot be used from thread '"
            + Thread.currentThread().getName()
            + "'; keep() it before sharing it");
  }

  private IllegalStateException notAcquired() {
    return new IllegalStateException(this + " is released but was not acquired");
  }

  private void track() {
    LeakTracker tracker = chunk.slab.allocator().leakTracker();
    if (tracker != null) {
      ticket = tracker.open(this, LeakReport.Kind.BLOCK, byteSize, site);
    }
  }

  private void untrack() {
    if (ticket != null) {
      chunk.slab.allocator().leakTracker().closed(ticket);
      ticket = null;
    }
  }

  @Override
  public String toString() {
    return "block of " + byteSize + " bytes";
  }
}
