package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Normalisation of rows by {@code balboa_kernels}: x and y [rows, n], each row with statistics of
 * its own. Element {@code j} of row {@code r} has parameter {@code (r % groups) * (n / inner) + j /
 * inner}.
 *
 * <p>Segments are off-heap and dense; their sizes are checked before the call. Absent ones are
 * {@link MemorySegment#NULL}. Nothing is allocated. An immutable value; thread-safe for different
 * results.
 *
 * @param type F32 or F64 of everything, or BF16 of x, y and their gradients, with F32 for
 *     parameters, their gradients and statistics
 * @param rows a multiple of {@code groups}
 * @param n a multiple of {@code inner}, at least 1
 * @param groups sets of parameters, which rows take in turn
 * @param inner neighbouring elements that share a parameter
 * @param centred whether the mean is subtracted
 * @param epsilon added to the variance
 */
public record RowNorm(
    KernelKinds.Type type,
    long rows,
    long n,
    long groups,
    long inner,
    boolean centred,
    double epsilon) {

  /** Checks the sizes. */
  public RowNorm {
    KernelChecks.volume("rowNorm", rows, n);
    if (n < 1 || groups < 1 || inner < 1 || n % inner != 0 || rows % groups != 0) {
      throw new IllegalArgumentException(
          "rowNorm: sizes do not fit: rows %d, n %d, groups %d, inner %d"
              .formatted(rows, n, groups, inner));
    }
    if (!(epsilon >= 0)) {
      throw new IllegalArgumentException("rowNorm: expected epsilon >= 0, got " + epsilon);
    }
  }

  /** Returns the number of parameters. */
  public long parameters() {
    return Math.multiplyExact(groups, n / inner);
  }

  /**
   * {@code y = (x - mean) / sqrt(variance + epsilon) gamma + beta}; gamma and beta may be absent,
   * and so may mean where it is not subtracted.
   */
  public void forward(
      MemorySegment x,
      MemorySegment gamma,
      MemorySegment beta,
      MemorySegment y,
      MemorySegment mean,
      MemorySegment variance) {
    check("x", x, rows * n, type);
    check("y", y, rows * n, type);
    KernelChecks.writable("rowNorm", "y", y);
    checkIfPresent("gamma", gamma, parameters());
    checkIfPresent("beta", beta, parameters());
    checkStatistics(mean, variance);
    KernelChecks.writable("rowNorm", "mean", mean);
    KernelChecks.writable("rowNorm", "variance", variance);
    NativeThreads.bind();
    KernelChecks.status(
        "rowNorm",
        kernels_h.balboa_row_norm(
            type.value(),
            rows,
            n,
            groups,
            inner,
            centred ? 1 : 0,
            epsilon,
            x,
            gamma,
            beta,
            y,
            mean,
            variance));
  }

  /** The derivative from the statistics of {@link #forward}; dgamma and dbeta may be absent. */
  public void backward(
      MemorySegment x,
      MemorySegment gamma,
      MemorySegment mean,
      MemorySegment variance,
      MemorySegment dy,
      MemorySegment dx,
      MemorySegment dgamma,
      MemorySegment dbeta) {
    check("x", x, rows * n, type);
    check("dy", dy, rows * n, type);
    check("dx", dx, rows * n, type);
    KernelChecks.writable("rowNorm", "dx", dx);
    checkIfPresent("gamma", gamma, parameters());
    checkIfPresent("dgamma", dgamma, parameters());
    KernelChecks.writable("rowNorm", "dgamma", dgamma);
    checkIfPresent("dbeta", dbeta, parameters());
    KernelChecks.writable("rowNorm", "dbeta", dbeta);
    checkStatistics(mean, variance);
    NativeThreads.bind();
    KernelChecks.status(
        "rowNormBackward",
        kernels_h.balboa_row_norm_backward(
            type.value(),
            rows,
            n,
            groups,
            inner,
            centred ? 1 : 0,
            epsilon,
            x,
            gamma,
            mean,
            variance,
            dy,
            dx,
            dgamma,
            dbeta));
  }

  private void checkStatistics(MemorySegment mean, MemorySegment variance) {
    check("variance", variance, rows, sums());
    if (centred) {
      check("mean", mean, rows, sums());
    }
  }

  private void checkIfPresent(String name, MemorySegment segment, long count) {
    if (!segment.equals(MemorySegment.NULL)) {
      check(name, segment, count, sums());
    }
  }

  /** The type of parameters and statistics. */
  private KernelKinds.Type sums() {
    return type == KernelKinds.Type.BF16 ? KernelKinds.Type.F32 : type;
  }

  private static void check(
      String name, MemorySegment segment, long count, KernelKinds.Type elements) {
    KernelChecks.elements("rowNorm", name, segment, count, elements.byteSize());
  }
}
