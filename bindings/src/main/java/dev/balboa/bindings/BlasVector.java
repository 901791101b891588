package dev.balboa.bindings;

import dev.balboa.bindings.internal.cblas.cblas_h;
import java.lang.foreign.MemorySegment;

/**
 * Vector routines of OpenBLAS in f32 ({@code s...}) and f64 ({@code d...}).
 *
 * <p>Sizes are checked against the segments before the call, so that a wrong one is an {@link
 * IllegalArgumentException} and not a crash; segments are off-heap. An increment is at least 1.
 * Nothing is allocated. Thread-safe; the threads OpenBLAS uses are set by {@link NativeThreads}.
 * See the <a href="https://www.netlib.org/blas/">reference BLAS</a> for the routines.
 */
public final class BlasVector {

  private BlasVector() {}

  /** f32: {@code y = alpha * x + y}. */
  public static void saxpy(
      int n, float alpha, MemorySegment x, int incX, MemorySegment y, int incY) {
    BlasChecks.vector("saxpy", "x", x, n, incX, Float.BYTES);
    BlasChecks.vector("saxpy", "y", y, n, incY, Float.BYTES);
    KernelChecks.writable("saxpy", "y", y);
    OpenBlas.ensureThreads();
    cblas_h.cblas_saxpy(n, alpha, x, incX, y, incY);
  }

  /** f32: {@code x = alpha * x}. */
  public static void sscal(int n, float alpha, MemorySegment x, int incX) {
    BlasChecks.vector("sscal", "x", x, n, incX, Float.BYTES);
    KernelChecks.writable("sscal", "x", x);
    OpenBlas.ensureThreads();
    cblas_h.cblas_sscal(n, alpha, x, incX);
  }

  /** f32: the inner product of {@code x} and {@code y}. */
  public static float sdot(int n, MemorySegment x, int incX, MemorySegment y, int incY) {
    BlasChecks.vector("sdot", "x", x, n, incX, Float.BYTES);
    BlasChecks.vector("sdot", "y", y, n, incY, Float.BYTES);
    OpenBlas.ensureThreads();
    return cblas_h.cblas_sdot(n, x, incX, y, incY);
  }

  /** f32: the Euclidean norm. */
  public static float snrm2(int n, MemorySegment x, int incX) {
    BlasChecks.vector("snrm2", "x", x, n, incX, Float.BYTES);
    OpenBlas.ensureThreads();
    return cblas_h.cblas_snrm2(n, x, incX);
  }

  /** f32: the sum of the absolute values. */
  public static float sasum(int n, MemorySegment x, int incX) {
    BlasChecks.vector("sasum", "x", x, n, incX, Float.BYTES);
    OpenBlas.ensureThreads();
    return cblas_h.cblas_sasum(n, x, incX);
  }

  /** f32: the index of the first element with the largest absolute value; 0 for an empty vector. */
  public static int isamax(int n, MemorySegment x, int incX) {
    BlasChecks.vector("isamax", "x", x, n, incX, Float.BYTES);
    OpenBlas.ensureThreads();
    return Math.toIntExact(cblas_h.cblas_isamax(n, x, incX));
  }

  /** f64: {@code y = alpha * x + y}. */
  public static void daxpy(
      int n, double alpha, MemorySegment x, int incX, MemorySegment y, int incY) {
    BlasChecks.vector("daxpy", "x", x, n, incX, Double.BYTES);
    BlasChecks.vector("daxpy", "y", y, n, incY, Double.BYTES);
    KernelChecks.writable("daxpy", "y", y);
    OpenBlas.ensureThreads();
    cblas_h.cblas_daxpy(n, alpha, x, incX, y, incY);
  }

  /** f64: {@code x = alpha * x}. */
  public static void dscal(int n, double alpha, MemorySegment x, int incX) {
    BlasChecks.vector("dscal", "x", x, n, incX, Double.BYTES);
    KernelChecks.writable("dscal", "x", x);
    OpenBlas.ensureThreads();
    cblas_h.cblas_dscal(n, alpha, x, incX);
  }

  /** f64: the inner product of {@code x} and {@code y}. */
  public static double ddot(int n, MemorySegment x, int incX, MemorySegment y, int incY) {
    BlasChecks.vector("ddot", "x", x, n, incX, Double.BYTES);
    BlasChecks.vector("ddot", "y", y, n, incY, Double.BYTES);
    OpenBlas.ensureThreads();
    return cblas_h.cblas_ddot(n, x, incX, y, incY);
  }

  /** f64: the Euclidean norm. */
  public static double dnrm2(int n, MemorySegment x, int incX) {
    BlasChecks.vector("dnrm2", "x", x, n, incX, Double.BYTES);
    OpenBlas.ensureThreads();
    return cblas_h.cblas_dnrm2(n, x, incX);
  }

  /** f64: the sum of the absolute values. */
  public static double dasum(int n, MemorySegment x, int incX) {
    BlasChecks.vector("dasum", "x", x, n, incX, Double.BYTES);
    OpenBlas.ensureThreads();
    return cblas_h.cblas_dasum(n, x, incX);
  }

  /** f64: the index of the first element with the largest absolute value; 0 for an empty vector. */
  public static int idamax(int n, MemorySegment x, int incX) {
    BlasChecks.vector("idamax", "x", x, n, incX, Double.BYTES);
    OpenBlas.ensureThreads();
    return Math.toIntExact(cblas_h.cblas_idamax(n, x, incX));
  }

  /** f32: {@code y = x}. */
  public static void scopy(int n, MemorySegment x, int incX, MemorySegment y, int incY) {
    BlasChecks.vector("scopy", "x", x, n, incX, Float.BYTES);
    BlasChecks.vector("scopy", "y", y, n, incY, Float.BYTES);
    KernelChecks.writable("scopy", "y", y);
    OpenBlas.ensureThreads();
    cblas_h.cblas_scopy(n, x, incX, y, incY);
  }

  /** f32: exchanges {@code x} and {@code y}. */
  public static void sswap(int n, MemorySegment x, int incX, MemorySegment y, int incY) {
    BlasChecks.vector("sswap", "x", x, n, incX, Float.BYTES);
    KernelChecks.writable("sswap", "x", x);
    BlasChecks.vector("sswap", "y", y, n, incY, Float.BYTES);
    KernelChecks.writable("sswap", "y", y);
    OpenBlas.ensureThreads();
    cblas_h.cblas_sswap(n, x, incX, y, incY);
  }

  /** f32: the rotation {@code x, y = c * x + s * y, c * y - s * x}. */
  public static void srot(
      int n, MemorySegment x, int incX, MemorySegment y, int incY, float c, float s) {
    BlasChecks.vector("srot", "x", x, n, incX, Float.BYTES);
    KernelChecks.writable("srot", "x", x);
    BlasChecks.vector("srot", "y", y, n, incY, Float.BYTES);
    KernelChecks.writable("srot", "y", y);
    OpenBlas.ensureThreads();
    cblas_h.cblas_srot(n, x, incX, y, incY, c, s);
  }

  /** f64: {@code y = x}. */
  public static void dcopy(int n, MemorySegment x, int incX, MemorySegment y, int incY) {
    BlasChecks.vector("dcopy", "x", x, n, incX, Double.BYTES);
    BlasChecks.vector("dcopy", "y", y, n, incY, Double.BYTES);
    KernelChecks.writable("dcopy", "y", y);
    OpenBlas.ensureThreads();
    cblas_h.cblas_dcopy(n, x, incX, y, incY);
  }

  /** f64: exchanges {@code x} and {@code y}. */
  public static void dswap(int n, MemorySegment x, int incX, MemorySegment y, int incY) {
    BlasChecks.vector("dswap", "x", x, n, incX, Double.BYTES);
    KernelChecks.writable("dswap", "x", x);
    BlasChecks.vector("dswap", "y", y, n, incY, Double.BYTES);
    KernelChecks.writable("dswap", "y", y);
    OpenBlas.ensureThreads();
    cblas_h.cblas_dswap(n, x, incX, y, incY);
  }

  /** f64: the rotation {@code x, y = c * x + s * y, c * y - s * x}. */
  public static void drot(
      int n, MemorySegment x, int incX, MemorySegment y, int incY, double c, double s) {
    BlasChecks.vector("drot", "x", x, n, incX, Double.BYTES);
    KernelChecks.writable("drot", "x", x);
    BlasChecks.vector("drot", "y", y, n, incY, Double.BYTES);
    KernelChecks.writable("drot", "y", y);
    OpenBlas.ensureThreads();
    cblas_h.cblas_drot(n, x, incX, y, incY, c, s);
  }
}
