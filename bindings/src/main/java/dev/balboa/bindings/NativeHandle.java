package dev.balboa.bindings;

import java.lang.foreign.MemorySegment;
import java.util.function.ToIntFunction;

/**
 * A native object with one owner and any number of current users. It is destroyed when the owner
 * has closed it and the last user is done, so that closing can never pull an object away from under
 * a call in another thread. Thread-safe.
 */
final class NativeHandle {

  private final String name;
  private final MemorySegment pointer;
  private final ToIntFunction<MemorySegment> destroy;
  private int users;
  private boolean closed;

  NativeHandle(String name, MemorySegment pointer, ToIntFunction<MemorySegment> destroy) {
    this.name = name;
    this.pointer = pointer;
    this.destroy = destroy;
  }

  /** Returns the pointer, which stays valid until the matching {@link #release()}. */
  synchronized MemorySegment acquire() {
    if (closed) {
      throw new IllegalStateException(name + " is closed");
    }
    users++;
    return pointer;
  }

  void release() {
    boolean last;
    synchronized (this) {
      users--;
      last = closed && users == 0;
    }
    if (last) {
      destroyNow();
    }
  }

  void close() {
    boolean last;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      last = users == 0;
    }
    if (last) {
      destroyNow();
    }
  }

  synchronized boolean isClosed() {
    return closed;
  }

  private void destroyNow() {
    Dnnl.check(destroy.applyAsInt(pointer), "destroy", () -> name);
  }
}
