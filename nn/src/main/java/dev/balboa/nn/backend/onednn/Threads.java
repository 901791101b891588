package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.NativeThreads;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import java.util.List;

/**
 * How many threads a primitive gets: all, or one where its work is less than what waking the others
 * and waiting for them costs. Never a number between, for libgomp ends and restarts threads when a
 * team shrinks.
 *
 * <p>Measured on the MNIST network with one picture: two threads made a max pooling of 1.8 us take
 * 6.9, a convolution of 7.1 take 10.6, and one of 32 take 22. On a machine with other work a second
 * thread that is not on a processor just then costs a time slice.
 */
final class Threads {
  /** Products with a sum that one thread does in a nanosecond, at best. */
  private static final double PRODUCTS = 100;

  /** Bytes that one thread reads or writes in a nanosecond. */
  private static final double BYTES = 30;

  /** Nanoseconds of work from which on several threads pay. */
  private static final double LEAST = 10_000;

  private Threads() {}

  /** For an operation, by what it multiplies, reads and writes. */
  static int of(Op op, List<TensorSpec> inputs, List<TensorSpec> outputs) {
    return of(op.multiplyAdds(inputs), bytes(inputs) + bytes(outputs));
  }

  private static long bytes(List<TensorSpec> specs) {
    return specs.stream()
        .filter(spec -> !spec.equals(TensorSpec.WORKSPACE))
        .mapToLong(TensorSpec::byteSize)
        .sum();
  }

  static int of(long products, long bytes) {
    return products / PRODUCTS + bytes / BYTES < LEAST ? 1 : NativeThreads.count();
  }
}
