package dev.balboa.nn.op;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the batch-normalisation operations share: shape rules and the definition in elementary
 * operations.
 */
final class BatchNorms {
  private BatchNorms() {}

  /**
   * Checks the input, parameters [C] of its type or the one that sums over it are kept in, and
   * statistics [C] of the latter.
   */
  static void check(
      String op,
      TensorSpec x,
      List<TensorSpec> parameters,
      List<TensorSpec> statistics,
      double epsilon) {
    Check.floating(op, "input", x);
    Check.that(x.shape().rank() >= 2, op, "input [N, C, ...] of rank 2 or more", x);
    Check.that(epsilon >= 0, op, "epsilon >= 0", epsilon);
    Shape channels = Shape.of(x.shape().dim(1));
    TensorSpec first = parameters.getFirst();
    TensorSpec alike = first.dtype() == x.dtype().sums() ? first.withShape(x.shape()) : x;
    for (TensorSpec p : parameters) {
      Check.sameType(op, alike, p);
      Check.shape(op, "per-channel input", p, channels);
    }
    for (TensorSpec s : statistics) {
      Check.that(s.equals(statistics(x)), op, "statistics " + statistics(x), s);
    }
  }

  /** The mean or the variance of each channel of x. */
  static TensorSpec statistics(TensorSpec x) {
    return new TensorSpec(Shape.of(x.shape().dim(1)), x.dtype().sums());
  }

  /** All axes but the channels'. */
  static int[] axes(Value x) {
    return IntStream.range(0, x.spec().shape().rank()).filter(i -> i != 1).toArray();
  }

  /** [C] as [C, 1, ...], which broadcasts against [N, C, ...]. */
  static Value broadcastable(Emit e, Value perChannel, Value x) {
    long[] dims = new long[x.spec().shape().rank() - 1];
    Arrays.fill(dims, 1);
    dims[0] = perChannel.spec().shape().dim(0);
    return e.reshape(perChannel, Shape.of(dims));
  }

  static Value inverseDeviation(Emit e, Value variance, double epsilon) {
    return e.unary(UnaryKind.RSQRT, e.affine(variance, 1, epsilon));
  }
}
