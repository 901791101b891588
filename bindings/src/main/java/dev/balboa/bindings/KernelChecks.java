package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Checks before and after a call of {@code balboa_kernels}; nothing is allocated where they pass.
 */
final class KernelChecks {

  /** Where a kernel writes the position of a bad index; one for each thread. */
  private static final ThreadLocal<MemorySegment> BAD_INDEX =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(ValueLayout.JAVA_LONG));

  private KernelChecks() {}

  /** Requires living off-heap memory of at least {@code count} elements. */
  static void elements(String kernel, String name, MemorySegment segment, long count, int size) {
    // Short, so that it is compiled into its callers.
    if (!segment.isNative()
        || count < 0
        || segment.byteSize() / size < count
        || !segment.scope().isAlive()
        || !segment.isAccessibleBy(Thread.currentThread())) {
      throw refused(kernel, name, segment, count, size);
    }
  }

  private static IllegalArgumentException refused(
      String kernel, String name, MemorySegment segment, long count, int size) {
    if (!segment.isNative()) {
      return new IllegalArgumentException(kernel + ": " + name + " is on the heap");
    }
    if (count < 0 || segment.byteSize() / size < count) {
      return new IllegalArgumentException(
          kernel
              + ": "
              + name
              + " needs "
              + count
              + " elements of "
              + size
              + " bytes, the segment has "
              + segment.byteSize() / size);
    }
    return new IllegalArgumentException(
        kernel + ": " + name + " is closed or belongs to another thread");
  }

  /** The same of memory that is written. */
  static void result(String kernel, String name, MemorySegment segment, long count, int size) {
    elements(kernel, name, segment, count, size);
    writable(kernel, name, segment);
  }

  static void writable(String kernel, String name, MemorySegment segment) {
    if (segment.isReadOnly()) {
      throw readOnly(kernel, name);
    }
  }

  private static IllegalArgumentException readOnly(String kernel, String name) {
    return new IllegalArgumentException(kernel + ": " + name + " is read-only");
  }

  static void f32(String kernel, String name, MemorySegment segment, long count) {
    elements(kernel, name, segment, count, Float.BYTES);
  }

  /** The same of memory that may be left out, which is {@link MemorySegment#NULL} then. */
  static void f32OrNull(String kernel, String name, MemorySegment segment, long count) {
    if (segment.address() != 0) {
      f32(kernel, name, segment, count);
    }
  }

  /** Whether a type that has to be F32 or F64 is F64. */
  static boolean isF64(String kernel, KernelKinds.Type type) {
    if (type != KernelKinds.Type.F32 && type != KernelKinds.Type.F64) {
      throw new IllegalArgumentException(kernel + ": expected F32 or F64, got " + type);
    }
    return type == KernelKinds.Type.F64;
  }

  /** Returns the product of sizes that are not negative. */
  static long volume(String kernel, long a, long b) {
    if (a < 0 || b < 0) {
      throw new IllegalArgumentException(kernel + ": negative size: " + a + ", " + b);
    }
    try {
      return Math.multiplyExact(a, b);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(kernel + ": size overflows: " + a + " x " + b, e);
    }
  }

  static long volume(String kernel, long a, long b, long c) {
    return volume(kernel, volume(kernel, a, b), c);
  }

  /** Of any number of sizes. */
  static long volume(String kernel, long... sizes) {
    long all = 1;
    for (long size : sizes) {
      all = volume(kernel, all, size);
    }
    return all;
  }

  static MemorySegment badIndexSlot() {
    return BAD_INDEX.get();
  }

  /** Throws unless {@code status} is success. */
  static void status(String kernel, int status) {
    if (status != kernels_h.BALBOA_OK()) {
      throw failure(kernel, status);
    }
  }

  /** Throws unless {@code status} is success; names the index that is out of range. */
  static void status(
      String kernel, int status, MemorySegment badIndex, MemorySegment indices, long bound) {
    if (status == kernels_h.BALBOA_ERR_INDEX()) {
      long position = badIndex.get(ValueLayout.JAVA_LONG, 0);
      throw new IndexOutOfBoundsException(
          kernel
              + ": index "
              + indices.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, position)
              + " at position "
              + position
              + " is outside 0.."
              + (bound - 1));
    }
    status(kernel, status);
  }

  private static IllegalArgumentException failure(String kernel, int status) {
    String why;
    if (status == kernels_h.BALBOA_ERR_KIND()) {
      why = "it does not have this kind, dtype or element size";
    } else if (status == kernels_h.BALBOA_ERR_ARGUMENT()) {
      why = "a size or parameter is out of range";
    } else if (status == kernels_h.BALBOA_ERR_NULL()) {
      why = "an array is missing";
    } else if (status == kernels_h.BALBOA_ERR_EMPTY()) {
      why = "there is no largest or smallest of zero elements";
    } else {
      why = "unknown status";
    }
    return new IllegalArgumentException(kernel + ": " + why + " (status " + status + ")");
  }
}
