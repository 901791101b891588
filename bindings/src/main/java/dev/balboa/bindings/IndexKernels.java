package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Gather, scatter and pooling by index of {@code balboa_kernels}; {@code balboa_kernels.h} defines
 * each one.
 *
 * <p>Segments are off-heap and dense row-major where no {@link StridedSpace} says otherwise; their
 * sizes are checked before the call, and what the kernel refuses becomes an {@link
 * IllegalArgumentException}. Index arrays are I32 or I64; negative indices count from the end.
 * Nothing is allocated. Thread-safe for different results.
 */
public final class IndexKernels {

  private IndexKernels() {}

  private static void require(
      String kernel, KernelKinds.Type type, MemorySegment indices, long count) {
    if (type != KernelKinds.Type.I32 && type != KernelKinds.Type.I64) {
      throw new IllegalArgumentException("indices: expected I32 or I64, got " + type);
    }
    KernelChecks.elements(kernel, "indices", indices, count, type.byteSize());
  }

  /** Returns the index at a position of an array of I32 or I64. */
  public static long at(KernelKinds.Type type, MemorySegment indices, long position) {
    return type == KernelKinds.Type.I64
        ? indices.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, position)
        : indices.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, position);
  }

  /** Throws unless {@code status} is success; names the index outside [-size, size). */
  private static void check(
      String kernel,
      KernelKinds.Type type,
      MemorySegment indices,
      int status,
      MemorySegment bad,
      long size) {
    if (status == kernels_h.BALBOA_ERR_INDEX()) {
      long position = bad.get(ValueLayout.JAVA_LONG, 0);
      throw new IndexOutOfBoundsException(
          kernel
              + ": index "
              + at(type, indices, position)
              + " at position "
              + position
              + " is outside "
              + -size
              + ".."
              + (size - 1));
    }
    KernelChecks.status(kernel, status);
  }

  /**
   * {@code out[o, k, i] = x[o, indices[k], i]}: x [outer, rows, inner], indices [count], out
   * [outer, count, inner], elements of 1, 2, 4 or 8 bytes.
   *
   * @throws IndexOutOfBoundsException if an index is outside the rows
   */
  public static void gatherRows(
      int elementSize,
      long outer,
      long rows,
      long inner,
      long count,
      KernelKinds.Type indexType,
      MemorySegment indices,
      MemorySegment x,
      MemorySegment out) {
    String name = "gatherRows";
    elementSize(name, elementSize);
    require(name, indexType, indices, count);
    KernelChecks.elements(name, "x", x, KernelChecks.volume(name, outer, rows, inner), elementSize);
    KernelChecks.result(
        name, "out", out, KernelChecks.volume(name, outer, count, inner), elementSize);
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    int status =
        kernels_h.balboa_gather_rows(
            elementSize, indexType.value(), outer, rows, inner, count, indices, x, out, bad);
    check(name, indexType, indices, status, bad, rows);
  }

  /**
   * {@code dx[o, indices[k], i] += dy[o, k, i]}: dx [outer, rows, inner], indices [count], dy
   * [outer, count, inner], F32 or F64.
   *
   * @throws IndexOutOfBoundsException if an index is outside the rows
   */
  public static void scatterAddRows(
      KernelKinds.Type type,
      long outer,
      long rows,
      long inner,
      long count,
      KernelKinds.Type indexType,
      MemorySegment indices,
      MemorySegment dy,
      MemorySegment dx) {
    String name = "scatterAddRows";
    int size = type.byteSize();
    require(name, indexType, indices, count);
    KernelChecks.elements(name, "dy", dy, KernelChecks.volume(name, outer, count, inner), size);
    KernelChecks.result(name, "dx", dx, KernelChecks.volume(name, outer, rows, inner), size);
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    int status =
        kernels_h.balboa_scatter_add_rows(
            type.value(), indexType.value(), outer, rows, inner, count, indices, dy, dx, bad);
    check(name, indexType, indices, status, bad, rows);
  }

  /**
   * {@code out[indices[k], i] = src[k, i]}, in the order of k: out [rows, inner], src [count,
   * inner], elements of 1, 2, 4 or 8 bytes.
   *
   * @throws IndexOutOfBoundsException if an index is outside the rows
   */
  public static void putRows(
      int elementSize,
      long rows,
      long inner,
      long count,
      KernelKinds.Type indexType,
      MemorySegment indices,
      MemorySegment src,
      MemorySegment out) {
    String name = "putRows";
    elementSize(name, elementSize);
    require(name, indexType, indices, count);
    KernelChecks.elements(name, "src", src, KernelChecks.volume(name, count, inner), elementSize);
    KernelChecks.result(name, "out", out, KernelChecks.volume(name, rows, inner), elementSize);
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    int status =
        kernels_h.balboa_put_rows(
            elementSize, indexType.value(), rows, inner, count, indices, src, out, bad);
    check(name, indexType, indices, status, bad, rows);
  }

  /**
   * {@code out[.., k, ..] = x[.., indices[.., k, ..], ..]} along an axis, elements of 1, 2, 4 or 8
   * bytes.
   *
   * @throws IndexOutOfBoundsException if an index is outside the axis
   */
  public static void gather(
      int elementSize,
      IndexGeometry geometry,
      KernelKinds.Type indexType,
      MemorySegment indices,
      MemorySegment x,
      MemorySegment out) {
    String name = "gather";
    elementSize(name, elementSize);
    geometry.require(name, elementSize, x, out);
    KernelChecks.writable(name, "out", out);
    require(name, indexType, indices, geometry.count());
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    int status =
        kernels_h.balboa_gather(
            elementSize,
            indexType.value(),
            geometry.ndim(),
            geometry.axis(),
            geometry.wholeDims(),
            geometry.dims(),
            indices,
            x,
            out,
            bad);
    check(name, indexType, indices, status, bad, geometry.size());
  }

  /**
   * {@code x[.., indices[.., k, ..], ..] = src[.., k, ..]} along an axis; of several on one element
   * the last in row-major order stays. Elements of 1, 2, 4 or 8 bytes.
   *
   * @throws IndexOutOfBoundsException if an index is outside the axis
   */
  public static void scatter(
      int elementSize,
      IndexGeometry geometry,
      KernelKinds.Type indexType,
      MemorySegment indices,
      MemorySegment src,
      MemorySegment x) {
    String name = "scatter";
    elementSize(name, elementSize);
    geometry.require(name, elementSize, x, src);
    KernelChecks.writable(name, "x", x);
    require(name, indexType, indices, geometry.count());
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    int status =
        kernels_h.balboa_scatter(
            elementSize,
            indexType.value(),
            geometry.ndim(),
            geometry.axis(),
            geometry.wholeDims(),
            geometry.dims(),
            indices,
            src,
            x,
            bad);
    check(name, indexType, indices, status, bad, geometry.size());
  }

  /**
   * {@code x[.., indices[.., k, ..], ..] += src[.., k, ..]} along an axis, in row-major order, F32
   * or F64.
   *
   * @throws IndexOutOfBoundsException if an index is outside the axis
   */
  public static void scatterAdd(
      KernelKinds.Type type,
      IndexGeometry geometry,
      KernelKinds.Type indexType,
      MemorySegment indices,
      MemorySegment src,
      MemorySegment x) {
    String name = "scatterAdd";
    geometry.require(name, type.byteSize(), x, src);
    KernelChecks.writable(name, "x", x);
    require(name, indexType, indices, geometry.count());
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    int status =
        kernels_h.balboa_scatter_add(
            type.value(),
            indexType.value(),
            geometry.ndim(),
            geometry.axis(),
            geometry.wholeDims(),
            geometry.dims(),
            indices,
            src,
            x,
            bad);
    check(name, indexType, indices, status, bad, geometry.size());
  }

  /**
   * {@code x[o, indices[o, k, i], i] += y[o, k, i]} in zeros, in the order of k: x [outer, size,
   * inner], indices and y [outer, count, inner], F32 or F64.
   *
   * @throws IndexOutOfBoundsException if an index is outside the planes
   */
  public static void unpool(
      KernelKinds.Type type,
      long outer,
      long size,
      long count,
      long inner,
      KernelKinds.Type indexType,
      MemorySegment indices,
      MemorySegment y,
      MemorySegment x) {
    String name = "unpool";
    int bytes = type.byteSize();
    long values = KernelChecks.volume(name, outer, count, inner);
    require(name, indexType, indices, values);
    KernelChecks.elements(name, "y", y, values, bytes);
    KernelChecks.result(name, "x", x, KernelChecks.volume(name, outer, size, inner), bytes);
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    int status =
        kernels_h.balboa_unpool(
            type.value(), indexType.value(), outer, size, count, inner, indices, y, x, bad);
    check(name, indexType, indices, status, bad, size);
  }

  private static void elementSize(String kernel, int size) {
    if (size != 1 && size != 2 && size != 4 && size != 8) {
      throw new IllegalArgumentException(
          kernel + ": element size " + size + " is not 1, 2, 4 or 8");
    }
  }

  /**
   * The coordinates i64[count, axes] of the bytes of a dense mask that are not 0, in row-major
   * order.
   *
   * @param space the mask's, of at least one axis
   * @return how many they are; if that is not {@code count}, nothing has been written
   */
  public static long positions(
      StridedSpace space, MemorySegment mask, long count, MemorySegment positions) {
    String name = "positions";
    KernelChecks.elements(name, "mask", mask, space.count(), 1);
    KernelChecks.result(
        name, "positions", positions, KernelChecks.volume(name, count, space.ndim()), Long.BYTES);
    NativeThreads.bind();
    MemorySegment found = KernelChecks.badIndexSlot();
    KernelChecks.status(
        name,
        kernels_h.balboa_positions(space.ndim(), space.dims(), mask, count, positions, found));
    return found.get(ValueLayout.JAVA_LONG, 0);
  }
}
