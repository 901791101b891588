package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/**
 * Reduction over the axes that are 1 in {@code dst}; {@code p} and {@code eps} are for norms.
 * Thread-safe.
 */
public final class Reduction {

  private Reduction() {}

  /** Arguments SRC and DST. */
  public static PrimitiveDesc create(
      AlgKind alg, MemoryDesc src, MemoryDesc dst, float p, float eps, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "reduction",
        attr,
        () -> Describe.args("alg", alg, "src", src, "dst", dst, "p", p, "eps", eps),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_reduction_primitive_desc_create(
                out, engine, alg.value(), scope.md(src), scope.md(dst), p, eps, nativeAttr));
  }
}
