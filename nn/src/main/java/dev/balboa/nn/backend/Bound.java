package dev.balboa.nn.backend;

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
}
