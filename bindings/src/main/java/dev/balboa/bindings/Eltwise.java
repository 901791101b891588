package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/**
 * Elementwise functions; {@code alpha} and {@code beta} mean what the algorithm says. Thread-safe.
 */
public final class Eltwise {

  private Eltwise() {}

  /** Arguments SRC and DST, which may be the same buffer. */
  public static PrimitiveDesc forward(
      PropKind prop,
      AlgKind alg,
      MemoryDesc src,
      MemoryDesc dst,
      float alpha,
      float beta,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "eltwise_forward",
        attr,
        () ->
            Describe.args(
                "prop", prop, "alg", alg, "src", src, "dst", dst, "alpha", alpha, "beta", beta),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_eltwise_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                alg.value(),
                scope.md(src),
                scope.md(dst),
                alpha,
                beta,
                nativeAttr));
  }

  /**
   * Arguments SRC (or DST for the {@code _USE_DST_FOR_BWD} algorithms, described by {@code data}),
   * DIFF_DST and DIFF_SRC.
   */
  public static PrimitiveDesc backward(
      AlgKind alg,
      MemoryDesc diffSrc,
      MemoryDesc diffDst,
      MemoryDesc data,
      float alpha,
      float beta,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "eltwise_backward",
        attr,
        () ->
            Describe.args(
                "alg",
                alg,
                "diff_src",
                diffSrc,
                "diff_dst",
                diffDst,
                "data",
                data,
                "alpha",
                alpha,
                "beta",
                beta),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_eltwise_backward_primitive_desc_create(
                out,
                engine,
                alg.value(),
                scope.md(diffSrc),
                scope.md(diffDst),
                scope.md(data),
                alpha,
                beta,
                hint.asHint(scope),
                nativeAttr));
  }
}
