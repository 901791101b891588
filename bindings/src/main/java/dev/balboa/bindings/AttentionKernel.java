package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Scaled dot-product attention by {@code balboa_kernels}, which defines it in {@code
 * balboa_kernels.h}: prepared once for sizes and strides, used in any number of runs.
 *
 * <p>Segments are off-heap; their sizes are checked before a call. Absent ones are {@link
 * MemorySegment#NULL}. A run allocates nothing. Immutable; thread-safe for different results. Holds
 * a few bytes of off-heap memory that go with the object.
 */
public final class AttentionKernel {

  /** What the mask does. */
  public enum Mask {
    /** There is none. */
    NONE(kernels_h.BALBOA_MASK_NONE()),
    /** One byte, not 0 where a query sees a key. */
    BOOL(kernels_h.BALBOA_MASK_BOOL()),
    /** A number of the type of the queries, added to the score. */
    ADDED(kernels_h.BALBOA_MASK_ADDED());

    private final int value;

    Mask(int value) {
      this.value = value;
    }
  }

  /** Sizes: queries [batch, heads, queries, depth], values [batch, keyHeads, keys, valueDepth]. */
  public record Sizes(
      long batch, long heads, long keyHeads, long queries, long keys, long depth, long valueDepth) {

    /** Checks that the sizes fit together. */
    public Sizes {
      for (long size : new long[] {batch, heads, keyHeads, queries, keys, depth, valueDepth}) {
        if (size < 0 || size > Integer.MAX_VALUE) {
          throw new IllegalArgumentException("attention: size out of range: " + size);
        }
      }
      if (keyHeads == 0 ? heads != 0 : heads % keyHeads != 0) {
        throw new IllegalArgumentException(
            "attention: " + heads + " heads do not share " + keyHeads + " evenly");
      }
    }

    private long[] queryDims() {
      return new long[] {batch, heads, queries};
    }

    private long[] keyDims() {
      return new long[] {batch, keyHeads, keys};
    }

    private long rows() {
      return KernelChecks.volume("attention", batch, heads, queries);
    }

    private long keyRows() {
      return KernelChecks.volume("attention", batch, keyHeads, keys);
    }
  }

  /**
   * Strides in elements: of q, k, v and dout along their first three axes (the last one is
   * contiguous and rows do not overlap), of the mask along its four, 0 where it is broadcast. In
   * results the heads of a position lie side by side, [batch, queries, heads, depth] in memory.
   */
  @SuppressWarnings("ArrayRecordComponent") // only handed over
  public record Strides(long[] q, long[] k, long[] v, long[] dout, long[] mask) {}

  private static final long SCRATCH_ALIGNMENT = 64;

  private final KernelKinds.Type type;
  private final Sizes sizes;
  private final Mask mask;
  private final double scale;
  private final double dropout;
  private final MemorySegment geometry;
  private final long needQ;
  private final long needK;
  private final long needV;
  private final long needDout;
  private final long needMask;
  private final long scratchBytes;

  private AttentionKernel(
      KernelKinds.Type type,
      Sizes sizes,
      Strides strides,
      Mask mask,
      boolean causal,
      long offset,
      double scale,
      double dropout) {
    this.type = type;
    this.sizes = sizes;
    this.mask = mask;
    this.scale = scale;
    this.dropout = dropout;
    this.needQ = extent(strides.q, sizes.depth, sizes.queryDims());
    this.needK = extent(strides.k, sizes.depth, sizes.keyDims());
    this.needV = extent(strides.v, sizes.valueDepth, sizes.keyDims());
    this.needDout = extent(strides.dout, sizes.valueDepth, sizes.queryDims());
    this.needMask =
        mask == Mask.NONE
            ? 0
            : extent(strides.mask, 1, sizes.batch, sizes.heads, sizes.queries, sizes.keys);
    long[] g = new long[25];
    long[] head = {
      sizes.batch,
      sizes.heads,
      sizes.keyHeads,
      sizes.queries,
      sizes.keys,
      sizes.depth,
      sizes.valueDepth,
      causal ? 1 : 0,
      offset
    };
    System.arraycopy(head, 0, g, 0, head.length);
    System.arraycopy(strides.q, 0, g, 9, 3);
    System.arraycopy(strides.k, 0, g, 12, 3);
    System.arraycopy(strides.v, 0, g, 15, 3);
    System.arraycopy(strides.dout, 0, g, 18, 3);
    System.arraycopy(strides.mask, 0, g, 21, 4);
    this.geometry = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, g);
    NativeThreads.bind();
    this.scratchBytes = kernels_h.balboa_attention_scratch(type.value(), geometry);
    if (scratchBytes < 0) {
      KernelChecks.status("attention", (int) scratchBytes);
    }
  }

  /**
   * Prepares attention.
   *
   * @param type F32, F64, or BF16 where {@link #readsBf16} says so
   * @param causal whether query i sees only the keys up to i + {@code offset}
   * @param scale what products of queries and keys are multiplied by
   * @param dropout the probability with which a weight is dropped, in [0, 1)
   */
  public static AttentionKernel of(
      KernelKinds.Type type,
      Sizes sizes,
      Strides strides,
      Mask mask,
      boolean causal,
      long offset,
      double scale,
      double dropout) {
    return new AttentionKernel(type, sizes, strides, mask, causal, offset, scale, dropout);
  }

  /**
   * Whether this processor has the products of BF16 that attention on BF16 is made of; forward
   * only.
   */
  public static boolean readsBf16() {
    return kernels_h.balboa_has_bf16_attention() != 0;
  }

  /** How many elements an operand with rows of {@code width} elements reaches to. */
  private static long extent(long[] strides, long width, long... dims) {
    if (strides.length != dims.length) {
      throw new IllegalArgumentException(
          "attention: strides " + Arrays.toString(strides) + " for " + Arrays.toString(dims));
    }
    long last = width;
    for (int i = 0; i < dims.length; i++) {
      if (strides[i] < 0) {
        throw new IllegalArgumentException(
            "attention: negative stride in " + Arrays.toString(strides));
      }
      if (dims[i] == 0) {
        return 0;
      }
      last = Math.addExact(last, Math.multiplyExact(dims[i] - 1, strides[i]));
    }
    return width == 0 ? 0 : last;
  }

  /** Returns the bytes of scratch memory for a run, aligned to 64, on which BF16 relies. */
  public long scratchBytes() {
    return scratchBytes;
  }

  /**
   * Computes out [batch, heads, queries, valueDepth] and sums [batch, heads, queries], which are
   * F32 for BF16.
   */
  public void forward(
      MemorySegment q,
      MemorySegment k,
      MemorySegment v,
      MemorySegment masks,
      MemorySegment key,
      MemorySegment out,
      MemorySegment sums,
      MemorySegment scratch) {
    checkInputs(q, k, v, masks, key, scratch);
    checkRows("out", out, sizes.rows(), sizes.valueDepth);
    checkSums(sums);
    KernelChecks.writable("attention", "out", out);
    KernelChecks.writable("attention", "sums", sums);
    NativeThreads.bind();
    KernelChecks.status("attention", run(q, k, v, masks, key, out, sums, scratch));
  }

  private int run(
      MemorySegment q,
      MemorySegment k,
      MemorySegment v,
      MemorySegment masks,
      MemorySegment key,
      MemorySegment out,
      MemorySegment sums,
      MemorySegment scratch) {
    long bytes = scratch.byteSize();
    MemorySegment g = geometry;
    int kind = mask.value;
    return switch (type) {
      case F32 ->
          kernels_h.balboa_attention_f32(
              g, kind, scale, dropout, q, k, v, masks, key, out, sums, scratch, bytes);
      case F64 ->
          kernels_h.balboa_attention_f64(
              g, kind, scale, dropout, q, k, v, masks, key, out, sums, scratch, bytes);
      case BF16 ->
          kernels_h.balboa_attention_bf16(
              g, kind, scale, dropout, q, k, v, masks, key, out, sums, scratch, bytes);
      default -> throw new IllegalStateException("attention: on " + type);
    };
  }

  /** Computes dq, dk and dv from the results of {@link #forward}. */
  public void backward(
      MemorySegment q,
      MemorySegment k,
      MemorySegment v,
      MemorySegment masks,
      MemorySegment key,
      MemorySegment out,
      MemorySegment sums,
      MemorySegment dout,
      MemorySegment dq,
      MemorySegment dk,
      MemorySegment dv,
      MemorySegment scratch) {
    if (type == KernelKinds.Type.BF16) {
      throw new IllegalArgumentException("attentionBackward: expected F32 or F64, got BF16");
    }
    checkInputs(q, k, v, masks, key, scratch);
    checkRows("out", out, sizes.rows(), sizes.valueDepth);
    checkSums(sums);
    check("dout", dout, needDout);
    checkRows("dq", dq, sizes.rows(), sizes.depth);
    checkRows("dk", dk, sizes.keyRows(), sizes.depth);
    checkRows("dv", dv, sizes.keyRows(), sizes.valueDepth);
    KernelChecks.writable("attention", "dq", dq);
    KernelChecks.writable("attention", "dk", dk);
    KernelChecks.writable("attention", "dv", dv);
    NativeThreads.bind();
    KernelChecks.status(
        "attentionBackward",
        type == KernelKinds.Type.F64
            ? kernels_h.balboa_attention_backward_f64(
                geometry,
                mask.value,
                scale,
                dropout,
                q,
                k,
                v,
                masks,
                key,
                out,
                sums,
                dout,
                dq,
                dk,
                dv,
                scratch,
                scratch.byteSize())
            : kernels_h.balboa_attention_backward_f32(
                geometry,
                mask.value,
                scale,
                dropout,
                q,
                k,
                v,
                masks,
                key,
                out,
                sums,
                dout,
                dq,
                dk,
                dv,
                scratch,
                scratch.byteSize()));
  }

  private void checkInputs(
      MemorySegment q,
      MemorySegment k,
      MemorySegment v,
      MemorySegment masks,
      MemorySegment key,
      MemorySegment scratch) {
    check("q", q, needQ);
    check("k", k, needK);
    check("v", v, needV);
    int maskBytes = mask == Mask.BOOL ? 1 : type.byteSize();
    KernelChecks.elements("attention", "mask", masks, needMask, maskBytes);
    KernelChecks.elements("attention", "key", key, dropout > 0 ? 2 : 0, Long.BYTES);
    KernelChecks.result("attention", "scratch", scratch, scratchBytes, 1);
    if (type == KernelKinds.Type.BF16 && scratch.address() % SCRATCH_ALIGNMENT != 0) {
      throw new IllegalArgumentException(
          "attention: scratch is not aligned to " + SCRATCH_ALIGNMENT + " bytes");
    }
  }

  private void checkSums(MemorySegment sums) {
    int bytes = type == KernelKinds.Type.F64 ? Double.BYTES : Float.BYTES;
    KernelChecks.elements("attention", "sums", sums, sizes.rows(), bytes);
  }

  private void checkRows(String name, MemorySegment segment, long rows, long width) {
    check(name, segment, KernelChecks.volume("attention", rows, width));
  }

  private void check(String name, MemorySegment segment, long count) {
    KernelChecks.elements("attention", name, segment, count, type.byteSize());
  }
}
