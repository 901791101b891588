package dev.balboa.nn.backend;

import java.lang.foreign.MemorySegment;

/**
 * A {@link Prepared} operation with the memory it works on: nothing is left but to run it.
 *
 * <p>Thread rule: one thread at a time.
 */
@FunctionalInterface
public interface Bound extends AutoCloseable {
  /** Runs once. The caller has acquired every block that was bound. */
  void run();

  /** Frees what binding took; the memory stays the caller's. */
  @Override
  default void close() {}

  /** One whose inputs and outputs can be put elsewhere between two runs, in the same layouts. */
  interface Movable extends Bound {
    /** Puts an input at the start of {@code memory}, which stays in use until another is put. */
    void moveInput(int index, MemorySegment memory);

    /** Puts an output at the start of {@code memory}, which stays in use until another is put. */
    void moveOutput(int index, MemorySegment memory);
  }
}
