package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/**
 * Matrix product, batched over all but the last two axes; batch axes of 1 are broadcast.
 * Thread-safe.
 */
public final class MatMul {

  private MatMul() {}

  /** Arguments SRC, WEIGHTS, BIAS (unless none) and DST. */
  public static PrimitiveDesc create(
      MemoryDesc src, MemoryDesc weights, MemoryDesc bias, MemoryDesc dst, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "matmul",
        attr,
        () -> Describe.args("src", src, "weights", weights, "bias", bias, "dst", dst),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_matmul_primitive_desc_create(
                out,
                engine,
                scope.md(src),
                scope.md(weights),
                scope.md(bias),
                scope.md(dst),
                nativeAttr));
  }
}
