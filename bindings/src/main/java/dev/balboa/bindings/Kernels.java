package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Elementwise kernels and copies of {@code balboa_kernels}; {@code balboa_kernels.h} defines each
 * one.
 *
 * <p>Segments are off-heap and dense row-major where no {@link StridedSpace} says otherwise; their
 * sizes are checked before the call, and what the kernel refuses becomes an {@link
 * IllegalArgumentException}. Nothing is allocated. Thread-safe for different results.
 */
public final class Kernels {

  private Kernels() {}

  /** Returns the version of the library that runs. */
  @SuppressWarnings("restricted")
  public static String version() {
    return kernels_h.balboa_kernels_version_string().reinterpret(Long.MAX_VALUE).getString(0);
  }

  /**
   * Returns the code path this processor gets: {@code avx512}, {@code avx2} or {@code baseline}.
   */
  @SuppressWarnings("restricted")
  public static String isa() {
    return kernels_h.balboa_kernels_isa().reinterpret(Long.MAX_VALUE).getString(0);
  }

  /** Copies elements of 1, 2, 4 or 8 bytes; operands of the space: source, result. */
  public static void copyStrided(
      int elementSize, StridedSpace space, MemorySegment src, MemorySegment dst) {
    space.requireOperands("copyStrided", 2);
    space.requireWritable("copyStrided", 1);
    requireElementSize("copyStrided", elementSize);
    MemorySegment from = space.operand("copyStrided", 0, src, elementSize);
    MemorySegment to = space.operand("copyStrided", 1, dst, elementSize);
    KernelChecks.writable("copyStrided", "dst", dst);
    NativeThreads.bind();
    KernelChecks.status(
        "copyStrided",
        kernels_h.balboa_copy_strided(
            elementSize, space.ndim(), space.dims(), from, space.strides(0), to, space.strides(1)));
  }

  /** Fills n elements of 1, 2, 4 or 8 bytes with the low bytes of {@code pattern}. */
  public static void fill(int elementSize, long n, long pattern, MemorySegment dst) {
    requireElementSize("fill", elementSize);
    KernelChecks.result("fill", "dst", dst, n, elementSize);
    NativeThreads.bind();
    KernelChecks.status("fill", kernels_h.balboa_fill(elementSize, n, pattern, dst));
  }

  /** Converts n elements. */
  public static void cast(
      long n,
      KernelKinds.Type srcType,
      MemorySegment src,
      KernelKinds.Type dstType,
      MemorySegment dst) {
    KernelChecks.elements("cast", "src", src, n, srcType.byteSize());
    KernelChecks.result("cast", "dst", dst, n, dstType.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "cast", kernels_h.balboa_cast(n, srcType.value(), src, dstType.value(), dst));
  }

  /** {@code y = table[x]}, n elements of 16 bits, a table of 65536; y may be x. */
  public static void lookup16(long n, MemorySegment table, MemorySegment x, MemorySegment y) {
    KernelChecks.elements("lookup", "table", table, 1 << 16, Short.BYTES);
    KernelChecks.elements("lookup", "x", x, n, Short.BYTES);
    KernelChecks.result("lookup", "y", y, n, Short.BYTES);
    NativeThreads.bind();
    KernelChecks.status("lookup", kernels_h.balboa_lookup_16(n, table, x, y));
  }

  /** {@code y = f(x)}, n elements of {@code type}, F32 or F64; y may be x. */
  public static void unary(
      KernelKinds.Type type,
      KernelKinds.Unary kind,
      long n,
      MemorySegment x,
      MemorySegment y,
      double alpha,
      double beta) {
    boolean wide = KernelChecks.isF64("unary", type);
    KernelChecks.elements("unary", "x", x, n, type.byteSize());
    KernelChecks.result("unary", "y", y, n, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "unary",
        wide
            ? kernels_h.balboa_unary_f64(kind.value(), n, x, y, alpha, beta)
            : kernels_h.balboa_unary_f32(kind.value(), n, x, y, (float) alpha, (float) beta));
  }

  /** {@code dx = dy f'(x)}, n elements of {@code type}, F32 or F64; dx may be x or dy. */
  public static void unaryBackward(
      KernelKinds.Type type,
      KernelKinds.Unary kind,
      long n,
      MemorySegment x,
      MemorySegment dy,
      MemorySegment dx,
      double alpha,
      double beta) {
    boolean wide = backwardArguments("unaryBackward", type, n, x, dy, dx);
    KernelChecks.status(
        "unaryBackward",
        wide
            ? kernels_h.balboa_unary_backward_f64(kind.value(), n, x, dy, dx, alpha, beta)
            : kernels_h.balboa_unary_backward_f32(
                kind.value(), n, x, dy, dx, (float) alpha, (float) beta));
  }

  /**
   * {@code dx = dy f'(x)} from the result {@code y = f(x)}, n elements of {@code type}, F32 or F64;
   * dx may be y or dy.
   */
  public static void unaryBackwardFromResult(
      KernelKinds.Type type,
      KernelKinds.Unary kind,
      long n,
      MemorySegment y,
      MemorySegment dy,
      MemorySegment dx,
      double alpha,
      double beta) {
    boolean wide = backwardArguments("unaryBackwardFromResult", type, n, y, dy, dx);
    KernelChecks.status(
        "unaryBackwardFromResult",
        wide
            ? kernels_h.balboa_unary_backward_from_y_f64(kind.value(), n, y, dy, dx, alpha, beta)
            : kernels_h.balboa_unary_backward_from_y_f32(
                kind.value(), n, y, dy, dx, (float) alpha, (float) beta));
  }

  /** {@code y = x} with other numbers in the place of NaN and the infinities; y may be x. */
  public static void nanToNum(
      KernelKinds.Type type,
      long n,
      MemorySegment x,
      double nan,
      double infinity,
      double minusInfinity,
      MemorySegment y) {
    KernelChecks.elements("nanToNum", "x", x, n, type.byteSize());
    KernelChecks.result("nanToNum", "y", y, n, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "nanToNum",
        kernels_h.balboa_nan_to_num(type.value(), n, x, nan, infinity, minusInfinity, y));
  }

  /** {@code y = a f(b)} of the halves a and b of x [outer, 2, half]. */
  public static void gated(
      KernelKinds.Type type,
      KernelKinds.Unary gate,
      long outer,
      long half,
      MemorySegment x,
      MemorySegment y) {
    long n = KernelChecks.volume("gated", outer, half);
    KernelChecks.elements("gated", "x", x, Math.multiplyExact(2, n), type.byteSize());
    KernelChecks.result("gated", "y", y, n, type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "gated", kernels_h.balboa_gated(type.value(), gate.value(), outer, half, x, y));
  }

  /** The gradient of x of {@link #gated}. */
  public static void gatedBackward(
      KernelKinds.Type type,
      KernelKinds.Unary gate,
      long outer,
      long half,
      MemorySegment x,
      MemorySegment dy,
      MemorySegment dx) {
    long n = KernelChecks.volume("gatedBackward", outer, half);
    KernelChecks.elements("gatedBackward", "x", x, Math.multiplyExact(2, n), type.byteSize());
    KernelChecks.elements("gatedBackward", "dy", dy, n, type.byteSize());
    KernelChecks.result("gatedBackward", "dx", dx, Math.multiplyExact(2, n), type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "gatedBackward",
        kernels_h.balboa_gated_backward(type.value(), gate.value(), outer, half, x, dy, dx));
  }

  /** Checks, and says whether the type is F64. */
  private static boolean backwardArguments(
      String kernel,
      KernelKinds.Type type,
      long n,
      MemorySegment saved,
      MemorySegment dy,
      MemorySegment dx) {
    boolean wide = KernelChecks.isF64(kernel, type);
    KernelChecks.elements(kernel, "saved", saved, n, type.byteSize());
    KernelChecks.elements(kernel, "dy", dy, n, type.byteSize());
    KernelChecks.result(kernel, "dx", dx, n, type.byteSize());
    NativeThreads.bind();
    return wide;
  }

  /** {@code out = a op b} with a dense result; operands of the space: a, b. */
  public static void binary(
      KernelKinds.Type type,
      KernelKinds.Binary kind,
      StridedSpace space,
      MemorySegment a,
      MemorySegment b,
      MemorySegment out) {
    space.requireOperands("binary", 2);
    MemorySegment left = space.operand("binary", 0, a, type.byteSize());
    MemorySegment right = space.operand("binary", 1, b, type.byteSize());
    KernelChecks.result("binary", "out", out, space.count(), type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "binary",
        kernels_h.balboa_binary(
            type.value(),
            kind.value(),
            space.ndim(),
            space.dims(),
            left,
            space.strides(0),
            right,
            space.strides(1),
            out));
  }

  /** {@code out = a op b} with a dense boolean result; operands of the space: a, b. */
  public static void compare(
      KernelKinds.Type type,
      KernelKinds.Compare kind,
      StridedSpace space,
      MemorySegment a,
      MemorySegment b,
      MemorySegment out) {
    space.requireOperands("compare", 2);
    MemorySegment left = space.operand("compare", 0, a, type.byteSize());
    MemorySegment right = space.operand("compare", 1, b, type.byteSize());
    KernelChecks.result("compare", "out", out, space.count(), 1);
    NativeThreads.bind();
    KernelChecks.status(
        "compare",
        kernels_h.balboa_compare(
            type.value(),
            kind.value(),
            space.ndim(),
            space.dims(),
            left,
            space.strides(0),
            right,
            space.strides(1),
            out));
  }

  /** {@code out = a op b} of booleans with a dense result; operands of the space: a, b. */
  public static void logical(
      KernelKinds.Logical kind,
      StridedSpace space,
      MemorySegment a,
      MemorySegment b,
      MemorySegment out) {
    space.requireOperands("logical", 2);
    MemorySegment left = space.operand("logical", 0, a, 1);
    MemorySegment right = space.operand("logical", 1, b, 1);
    KernelChecks.result("logical", "out", out, space.count(), 1);
    NativeThreads.bind();
    KernelChecks.status(
        "logical",
        kernels_h.balboa_logical(
            kind.value(),
            space.ndim(),
            space.dims(),
            left,
            space.strides(0),
            right,
            space.strides(1),
            out));
  }

  /**
   * {@code out = condition ? a : b} with a dense result of 1, 2, 4 or 8 bytes each; operands of the
   * space: condition, a, b.
   */
  public static void where(
      int elementSize,
      StridedSpace space,
      MemorySegment condition,
      MemorySegment a,
      MemorySegment b,
      MemorySegment out) {
    space.requireOperands("where", 3);
    requireElementSize("where", elementSize);
    MemorySegment test = space.operand("where", 0, condition, 1);
    MemorySegment left = space.operand("where", 1, a, elementSize);
    MemorySegment right = space.operand("where", 2, b, elementSize);
    KernelChecks.result("where", "out", out, space.count(), elementSize);
    NativeThreads.bind();
    KernelChecks.status(
        "where",
        kernels_h.balboa_where(
            elementSize,
            space.ndim(),
            space.dims(),
            test,
            space.strides(0),
            left,
            space.strides(1),
            right,
            space.strides(2),
            out));
  }

  /** {@code out = a + w (b - a)} with a dense result; operands of the space: a, b, w. */
  public static void lerp(
      KernelKinds.Type type,
      StridedSpace space,
      MemorySegment a,
      MemorySegment b,
      MemorySegment w,
      MemorySegment out) {
    space.requireOperands("lerp", 3);
    MemorySegment start = space.operand("lerp", 0, a, type.byteSize());
    MemorySegment end = space.operand("lerp", 1, b, type.byteSize());
    MemorySegment weight = space.operand("lerp", 2, w, type.byteSize());
    KernelChecks.result("lerp", "out", out, space.count(), type.byteSize());
    NativeThreads.bind();
    KernelChecks.status(
        "lerp",
        kernels_h.balboa_lerp(
            type.value(),
            space.ndim(),
            space.dims(),
            start,
            space.strides(0),
            end,
            space.strides(1),
            weight,
            space.strides(2),
            out));
  }

  private static void requireElementSize(String kernel, int size) {
    if (size < 1 || size > 8) {
      throw new IllegalArgumentException(
          kernel + ": element size " + size + " is not 1, 2, 4 or 8");
    }
  }
}
