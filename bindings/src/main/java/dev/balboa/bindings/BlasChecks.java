package dev.balboa.bindings;

import java.lang.foreign.MemorySegment;

/** Checks of sizes before a BLAS call; nothing is allocated where they pass. */
final class BlasChecks {

  private BlasChecks() {}

  static void sizes(String routine, int m, int n, int k) {
    if (m < 0 || n < 0 || k < 0) {
      throw new IllegalArgumentException(
          routine + ": negative size: m=" + m + ", n=" + n + ", k=" + k);
    }
  }

  static void matrix(
      String routine, String name, MemorySegment segment, int rows, int columns, int ld, int size) {
    batch(routine, name, segment, rows, columns, ld, 0, 1, size);
  }

  static void batch(
      String routine,
      String name,
      MemorySegment segment,
      int rows,
      int columns,
      int ld,
      long stride,
      int count,
      int size) {
    if (ld < Math.max(1, columns)) {
      throw new IllegalArgumentException(
          routine
              + ": leading dimension "
              + ld
              + " of "
              + name
              + " is below its "
              + columns
              + " columns");
    }
    if (stride < 0 || count < 0) {
      throw new IllegalArgumentException(
          routine + ": negative batch: stride " + stride + " of " + name + ", count " + count);
    }
    requireNative(routine, name, segment);
    if (rows == 0 || columns == 0 || count == 0) {
      return;
    }
    boolean tooFar = count > 1 && stride > segment.byteSize() / (count - 1L);
    long apart = tooFar ? Long.MAX_VALUE / 2 : (count - 1L) * stride;
    long elements = apart + (rows - 1L) * ld + columns;
    if (segment.byteSize() / size < elements) {
      throw new IllegalArgumentException(
          routine
              + ": "
              + name
              + " "
              + (count == 1 ? "" : count + "x")
              + "["
              + rows
              + ", "
              + columns
              + "] with leading dimension "
              + ld
              + " needs "
              + elements
              + " elements, the segment has "
              + segment.byteSize() / size);
    }
  }

  /** The operands of {@code count} products c = op(a) op(b). */
  static void products(
      String routine,
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      MemorySegment a,
      int lda,
      long strideA,
      MemorySegment b,
      int ldb,
      long strideB,
      MemorySegment c,
      int ldc,
      long strideC,
      int count,
      int size) {
    sizes(routine, m, n, k);
    batch(routine, "a", a, transA ? k : m, transA ? m : k, lda, strideA, count, size);
    batch(routine, "b", b, transB ? n : k, transB ? k : n, ldb, strideB, count, size);
    batch(routine, "c", c, m, n, ldc, strideC, count, size);
    KernelChecks.writable(routine, "c", c);
    disjoint(routine, m, n, ldc, strideC, count);
  }

  private static void disjoint(String routine, int m, int n, int ldc, long strideC, int count) {
    if (count > 1 && m > 0 && n > 0 && strideC < (m - 1L) * ldc + n) {
      throw new IllegalArgumentException(
          routine
              + ": stride "
              + strideC
              + " of c makes its matrices ["
              + m
              + ", "
              + n
              + "] overlap");
    }
  }

  static void vector(
      String routine, String name, MemorySegment segment, int n, int increment, int size) {
    if (n < 0 || increment < 1) {
      throw new IllegalArgumentException(
          routine + ": " + name + " has length " + n + " and increment " + increment);
    }
    requireNative(routine, name, segment);
    if (n > 0 && segment.byteSize() / size < (n - 1L) * increment + 1) {
      throw new IllegalArgumentException(
          routine
              + ": "
              + name
              + " of length "
              + n
              + " and increment "
              + increment
              + " needs "
              + ((n - 1L) * increment + 1)
              + " elements, the segment has "
              + segment.byteSize() / size);
    }
  }

  private static void requireNative(String routine, String name, MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(routine + ": " + name + " is on the heap");
    }
  }
}
