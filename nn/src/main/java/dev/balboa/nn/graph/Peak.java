package dev.balboa.nn.graph;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.function.UnaryOperator;

/**
 * The most that a machine does, to compare calls with: stated, or measured.
 *
 * @param gflops billions of F32 floating-point operations a second
 * @param gigabytes billions of bytes read and written in memory a second
 */
public record Peak(double gflops, double gigabytes) {
  private static final int SIDE = 1024;
  private static final long COPIED = 16L << 20;
  private static final int RUNS = 7;

  /** Checks that both are positive. */
  public Peak {
    if (!(gflops > 0 && gigabytes > 0)) {
      throw new IllegalArgumentException(
          "peak: expected positive rates, got " + gflops + " and " + gigabytes);
    }
  }

  /**
   * Measures what Balboa reaches on the backend in force with its threads, in some tenths of a
   * second: the fastest of some products of matrices of 1024 by 1024, and of some additions over
   * vectors of 64 MB, which fit into no cache. Calls may come out above 100 % where data is in a
   * cache or weights are packed.
   */
  public static Peak measured() {
    try (var _ = Scope.open();
        var _ = Execution.inference();
        var _ = Execution.noGrad()) {
      Tensor a = Tensors.ones(SIDE, SIDE);
      double flops = 2.0 * SIDE * SIDE * SIDE;
      Tensor x = Tensors.ones(COPIED);
      double bytes = 3.0 * Float.BYTES * COPIED;
      return new Peak(flops / fastest(a::matmul, a), bytes / fastest(x::add, x));
    }
  }

  private static double fastest(UnaryOperator<Tensor> operation, Tensor other) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < RUNS; i++) {
      try (var _ = Scope.open()) {
        long start = System.nanoTime();
        var _ = operation.apply(other);
        best = Math.min(best, System.nanoTime() - start);
      }
    }
    return best;
  }

  /** The share of the peak that a call reaches: of arithmetic or of memory, whichever is nearer. */
  double share(Profile.Line line) {
    double seconds = Math.max(1, line.nanos());
    return Math.max(line.flops() / seconds / gflops, line.bytes() / seconds / gigabytes);
  }
}
