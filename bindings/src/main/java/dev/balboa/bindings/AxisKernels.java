package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * What runs along axes, in {@code balboa_kernels}: maps, sparse matrices, cumulative sums and
 * products, sorting; {@code balboa_kernels.h} defines each one.
 *
 * <p>Segments are off-heap and dense row-major; their sizes are checked before the call, and what
 * the kernel refuses becomes an {@link IllegalArgumentException}. Nothing is allocated. Thread-safe
 * for different results.
 */
public final class AxisKernels {

  private AxisKernels() {}

  /**
   * Takes every element of the result from where the map says, or the low bytes of {@code pattern};
   * elements of 1, 2, 4 or 8 bytes.
   */
  public static void map(
      int elementSize, AxisMap map, long pattern, MemorySegment x, MemorySegment out) {
    map.require("mapAxes", elementSize, x, out);
    NativeThreads.bind();
    KernelChecks.status(
        "mapAxes",
        kernels_h.balboa_map_axes(
            elementSize,
            map.ndim(),
            map.inputDims(),
            map.outputDims(),
            map.tables(),
            pattern,
            x,
            out));
  }

  /**
   * Applies a sparse matrix along the middle axis: x [outer, inputs, inner], y [outer, outputs,
   * inner], F32 or F64.
   */
  public static void combine(
      KernelKinds.Type type,
      long outer,
      long inner,
      AxisWeights weights,
      MemorySegment x,
      MemorySegment y) {
    String name = "combineAxis";
    int size = type.byteSize();
    long inputs = KernelChecks.volume(name, outer, weights.inputs(), inner);
    KernelChecks.elements(name, "x", x, inputs, size);
    long outputs = KernelChecks.volume(name, outer, weights.outputs(), inner);
    KernelChecks.result(name, "y", y, outputs, size);
    NativeThreads.bind();
    KernelChecks.status(
        name,
        kernels_h.balboa_combine_axis(
            type.value(),
            outer,
            weights.inputs(),
            inner,
            weights.outputs(),
            weights.offsets(),
            weights.sources(),
            weights.weights(),
            x,
            y));
  }

  /**
   * Cumulative sums along the middle of [outer, n, inner], of F32, F64, I32 or I64; x and y may be
   * the same.
   */
  public static void cumsum(
      KernelKinds.Type type,
      long outer,
      long n,
      long inner,
      boolean exclusive,
      boolean reverse,
      MemorySegment x,
      MemorySegment y) {
    long total = KernelChecks.volume("cumsum", outer, n, inner);
    KernelChecks.elements("cumsum", "x", x, total, type.byteSize());
    KernelChecks.result("cumsum", "y", y, total, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "cumsum",
        kernels_h.balboa_cumsum(
            type.value(), outer, n, inner, exclusive ? 1 : 0, reverse ? 1 : 0, x, y));
  }

  /**
   * Cumulative products along the middle of [outer, n, inner], of F32, F64, I32, I64, U8 or I8; x
   * and y may be the same.
   */
  public static void cumprod(
      KernelKinds.Type type,
      long outer,
      long n,
      long inner,
      boolean exclusive,
      boolean reverse,
      MemorySegment x,
      MemorySegment y) {
    long total = KernelChecks.volume("cumprod", outer, n, inner);
    KernelChecks.elements("cumprod", "x", x, total, type.byteSize());
    KernelChecks.result("cumprod", "y", y, total, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "cumprod",
        kernels_h.balboa_cumprod(
            type.value(), outer, n, inner, exclusive ? 1 : 0, reverse ? 1 : 0, x, y));
  }

  /** The derivative of {@link #cumprod} times dy, F32 or F64; dx is memory of its own. */
  public static void cumprodBackward(
      KernelKinds.Type type,
      long outer,
      long n,
      long inner,
      boolean exclusive,
      boolean reverse,
      MemorySegment x,
      MemorySegment dy,
      MemorySegment dx) {
    String name = "cumprodBackward";
    long total = KernelChecks.volume(name, outer, n, inner);
    KernelChecks.elements(name, "x", x, total, type.byteSize());
    KernelChecks.elements(name, "dy", dy, total, type.byteSize());
    KernelChecks.result(name, "dx", dx, total, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        name,
        kernels_h.balboa_cumprod_backward(
            type.value(), outer, n, inner, exclusive ? 1 : 0, reverse ? 1 : 0, x, dy, dx));
  }

  /**
   * The derivative of the product over the middle of x [outer, n, inner] times dy [outer, inner],
   * F32 or F64; dx is memory of its own.
   */
  public static void prodBackward(
      KernelKinds.Type type,
      long outer,
      long n,
      long inner,
      MemorySegment x,
      MemorySegment dy,
      MemorySegment dx) {
    String name = "prodBackward";
    long total = KernelChecks.volume(name, outer, n, inner);
    long products = KernelChecks.volume(name, outer, inner);
    KernelChecks.elements(name, "x", x, total, type.byteSize());
    KernelChecks.elements(name, "dy", dy, products, type.byteSize());
    KernelChecks.result(name, "dx", dx, total, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        name, kernels_h.balboa_prod_backward(type.value(), outer, n, inner, x, dy, dx));
  }

  /** Writes {@code y[i] = start + i * step}, F32, F64, I32 or I64. */
  public static void arange(
      KernelKinds.Type type, long n, double start, double step, MemorySegment y) {
    KernelChecks.result("arange", "y", y, n, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status("arange", kernels_h.balboa_arange(type.value(), n, start, step, y));
  }

  /**
   * The sum of cosines {@code y[i] = sum of (-1)^j a[j] cos(2 pi j i / period)}: n numbers F32 from
   * {@code count} coefficients F64.
   */
  public static void cosineWindow(
      long n, long period, int count, MemorySegment coefficients, MemorySegment y) {
    KernelChecks.elements("cosineWindow", "coefficients", coefficients, count, Double.BYTES);
    KernelChecks.result("cosineWindow", "y", y, n, Float.BYTES);
    NativeThreads.bind();
    KernelChecks.status(
        "cosineWindow", kernels_h.balboa_cosine_window(n, period, count, coefficients, y));
  }

  /**
   * Returns the bytes of scratch memory that each slot of {@link #sort} (with {@code kept} 2n) and
   * {@link #topk} (with {@code kept} k) needs.
   */
  public static long slotBytes(KernelKinds.Type type, long kept) {
    return KernelChecks.volume("sort", kept, type.byteSize() == 4 ? 8 : 16);
  }

  /**
   * Sorts along the middle of [outer, n, inner]: values like x, indices i32; F32, F64, I32 or I64.
   *
   * @param slots how many lines may be sorted at once; scratch holds as many slots
   */
  public static void sort(
      KernelKinds.Type type,
      boolean descending,
      long outer,
      long n,
      long inner,
      MemorySegment x,
      MemorySegment values,
      MemorySegment indices,
      long slots,
      MemorySegment scratch) {
    long total = KernelChecks.volume("sort", outer, n, inner);
    order("sort", type, total, total, slots, 2 * n, x, values, indices, scratch);
    KernelChecks.status(
        "sort",
        kernels_h.balboa_sort(
            type.value(), descending ? 1 : 0, outer, n, inner, x, values, indices, slots, scratch));
  }

  /**
   * The k largest or smallest along the middle of x [outer, n, inner], in order: values and indices
   * i32 [outer, k, inner].
   *
   * @param slots how many lines may be worked on at once; scratch holds as many slots
   */
  public static void topk(
      KernelKinds.Type type,
      boolean largest,
      long outer,
      long n,
      long inner,
      long k,
      MemorySegment x,
      MemorySegment values,
      MemorySegment indices,
      long slots,
      MemorySegment scratch) {
    long total = KernelChecks.volume("topk", outer, n, inner);
    long kept = KernelChecks.volume("topk", outer, k, inner);
    order("topk", type, total, kept, slots, k, x, values, indices, scratch);
    KernelChecks.status(
        "topk",
        kernels_h.balboa_topk(
            type.value(), largest ? 1 : 0, outer, n, inner, k, x, values, indices, slots, scratch));
  }

  private static void order(
      String name,
      KernelKinds.Type type,
      long total,
      long kept,
      long slots,
      long slotItems,
      MemorySegment x,
      MemorySegment values,
      MemorySegment indices,
      MemorySegment scratch) {
    KernelChecks.elements(name, "x", x, total, type.byteSize());
    KernelChecks.result(name, "values", values, kept, type.byteSize());
    KernelChecks.result(name, "indices", indices, kept, Integer.BYTES);
    long bytes = KernelChecks.volume(name, slots, slotBytes(type, slotItems));
    KernelChecks.result(name, "scratch", scratch, bytes, 1);
    NativeThreads.bind();
  }

  /** Reads pictures x at the places of grid [n, places, 2], F32 or F64: y [n, channels, places]. */
  public static void gridSample(
      KernelKinds.Type type,
      GridGeometry g,
      MemorySegment x,
      MemorySegment grid,
      MemorySegment y,
      MemorySegment scratch) {
    g.require("gridSample", type.byteSize(), x, grid, y);
    KernelChecks.writable("gridSample", "y", y);
    KernelChecks.writable("gridSample", "scratch", scratch);
    NativeThreads.bind();
    KernelChecks.status(
        "gridSample",
        kernels_h.balboa_grid_sample(
            type.value(),
            g.taps(),
            g.outside(),
            g.aligned() ? 1 : 0,
            g.n(),
            g.channels(),
            g.height(),
            g.width(),
            g.places(),
            x,
            grid,
            y,
            scratch,
            scratch.byteSize()));
  }

  /** The derivatives of {@link #gridSample} times dy, like x and like grid. */
  public static void gridSampleBackward(
      KernelKinds.Type type,
      GridGeometry g,
      MemorySegment x,
      MemorySegment grid,
      MemorySegment dy,
      MemorySegment dx,
      MemorySegment dgrid,
      MemorySegment scratch) {
    String name = "gridSampleBackward";
    g.require(name, type.byteSize(), x, grid, dy);
    g.require(name, type.byteSize(), dx, dgrid, dy);
    KernelChecks.writable(name, "dx", dx);
    KernelChecks.writable(name, "dgrid", dgrid);
    KernelChecks.writable(name, "scratch", scratch);
    NativeThreads.bind();
    KernelChecks.status(
        name,
        kernels_h.balboa_grid_sample_backward(
            type.value(),
            g.taps(),
            g.outside(),
            g.aligned() ? 1 : 0,
            g.n(),
            g.channels(),
            g.height(),
            g.width(),
            g.places(),
            x,
            grid,
            dy,
            dx,
            dgrid,
            scratch,
            scratch.byteSize()));
  }
}
