package dev.balboa.nn.cases;

import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.SanitizerFence;
import dev.balboa.nn.memory.Scope;
import java.util.function.Supplier;

/**
 * Memory in which mistakes show: fresh memory is full of NaN, guard bytes lie around every block,
 * and nothing may be left when it is closed.
 */
final class WatchedMemory implements AutoCloseable {
  static {
    SanitizerFence.putUp();
  }

  private final Allocator allocator =
      Allocator.create(Allocator.Options.defaults().withPoison(true).withGuardBytes(true));
  private final long sharedBlocks = Allocator.shared().metrics().liveBlocks();

  /** Runs in a scope on this memory. */
  <T> T in(Supplier<T> body) {
    try (var _ = Scope.open(allocator)) {
      return body.get();
    }
  }

  /**
   * Checks that everything was given back, here and to the shared allocator.
   *
   * @throws AssertionError if not
   */
  @Override
  public void close() {
    var left = allocator.metrics();
    allocator.trim();
    if (left.liveBlocks() != 0 || left.liveBytes() != 0) {
      throw new AssertionError("memory was not given back: " + left);
    }
    long shared = Allocator.shared().metrics().liveBlocks();
    if (shared != sharedBlocks) {
      throw new AssertionError(
          "blocks of the shared allocator: " + sharedBlocks + " before, " + shared + " after");
    }
  }
}
