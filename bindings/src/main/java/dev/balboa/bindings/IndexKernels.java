package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Gather, scatter and pooling by index of {@code balboa_kernels}; {@code balboa_kernels.h} defines
 * each one.
 *
 * <p>Segments are off-heap and dense row-major where no {@link StridedSpace} says otherwise; their
 * sizes are checked before the call, and what the kernel refuses becomes an {@link
 * IllegalArgumentException}. Nothing is allocated. Thread-safe for different results.
 */
public final class IndexKernels {

  private IndexKernels() {}

  /**
   * {@code out[o, k, i] = x[o, indices[k], i]}: x [outer, rows, inner], indices i32[count], out
   * [outer, count, inner], elements of 1, 4 or 8 bytes.
   *
   * @throws IndexOutOfBoundsException if an index is outside the rows
   */
  public static void gatherRows(
      int elementSize,
      long outer,
      long rows,
      long inner,
      long count,
      MemorySegment indices,
      MemorySegment x,
      MemorySegment out) {
    if (elementSize != 1 && elementSize != 4 && elementSize != 8) {
      throw new IllegalArgumentException(
          "gatherRows: element size " + elementSize + " is not 1, 4 or 8");
    }
    KernelChecks.elements("gatherRows", "indices", indices, count, Integer.BYTES);
    KernelChecks.elements(
        "gatherRows", "x", x, KernelChecks.volume("gatherRows", outer, rows, inner), elementSize);
    KernelChecks.elements(
        "gatherRows",
        "out",
        out,
        KernelChecks.volume("gatherRows", outer, count, inner),
        elementSize);
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    KernelChecks.status(
        "gatherRows",
        kernels_h.balboa_gather_rows(elementSize, outer, rows, inner, count, indices, x, out, bad),
        bad,
        indices,
        rows);
  }

  /**
   * {@code dx[o, indices[k], i] += dy[o, k, i]}: dx f32[outer, rows, inner], indices i32[count], dy
   * f32[outer, count, inner].
   *
   * @throws IndexOutOfBoundsException if an index is outside the rows
   */
  public static void scatterAddRows(
      long outer,
      long rows,
      long inner,
      long count,
      MemorySegment indices,
      MemorySegment dy,
      MemorySegment dx) {
    KernelChecks.elements("scatterAddRows", "indices", indices, count, Integer.BYTES);
    KernelChecks.f32(
        "scatterAddRows", "dy", dy, KernelChecks.volume("scatterAddRows", outer, count, inner));
    KernelChecks.f32(
        "scatterAddRows", "dx", dx, KernelChecks.volume("scatterAddRows", outer, rows, inner));
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    KernelChecks.status(
        "scatterAddRows",
        kernels_h.balboa_scatter_add_rows_f32(outer, rows, inner, count, indices, dy, dx, bad),
        bad,
        indices,
        rows);
  }

  /**
   * Picks {@code v} where {@code x} is largest in each window: x, v f32[planes, H, W], out
   * f32[planes, OH, OW].
   */
  public static void maxPoolGather(
      long planes, PoolGeometry geometry, MemorySegment x, MemorySegment v, MemorySegment out) {
    long inputs = KernelChecks.volume("maxPoolGather", planes, geometry.inputSize());
    KernelChecks.f32("maxPoolGather", "x", x, inputs);
    KernelChecks.f32("maxPoolGather", "v", v, inputs);
    KernelChecks.f32(
        "maxPoolGather",
        "out",
        out,
        KernelChecks.volume("maxPoolGather", planes, geometry.outputSize()));
    NativeThreads.bind();
    KernelChecks.status(
        "maxPoolGather",
        kernels_h.balboa_maxpool2d_gather_f32(planes, geometry.segment(), x, v, out));
  }

  /**
   * Adds {@code dy} where {@code x} is largest in each window: x, dv f32[planes, H, W], dy
   * f32[planes, OH, OW].
   */
  public static void maxPoolScatter(
      long planes, PoolGeometry geometry, MemorySegment x, MemorySegment dy, MemorySegment dv) {
    long inputs = KernelChecks.volume("maxPoolScatter", planes, geometry.inputSize());
    KernelChecks.f32("maxPoolScatter", "x", x, inputs);
    KernelChecks.f32("maxPoolScatter", "dv", dv, inputs);
    KernelChecks.f32(
        "maxPoolScatter",
        "dy",
        dy,
        KernelChecks.volume("maxPoolScatter", planes, geometry.outputSize()));
    NativeThreads.bind();
    KernelChecks.status(
        "maxPoolScatter",
        kernels_h.balboa_maxpool2d_scatter_f32(planes, geometry.segment(), x, dy, dv));
  }
}
