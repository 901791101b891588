package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/** Local response normalization across or within channels. Thread-safe. */
public final class Lrn {

  private Lrn() {}

  /** Arguments SRC, DST and, in training, WORKSPACE. */
  public static PrimitiveDesc forward(
      PropKind prop,
      AlgKind alg,
      MemoryDesc src,
      MemoryDesc dst,
      long localSize,
      float alpha,
      float beta,
      float k,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "lrn_forward",
        attr,
        () ->
            Describe.args(
                "prop",
                prop,
                "alg",
                alg,
                "src",
                src,
                "dst",
                dst,
                "local_size",
                localSize,
                "alpha",
                alpha,
                "beta",
                beta,
                "k",
                k),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_lrn_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                alg.value(),
                scope.md(src),
                scope.md(dst),
                localSize,
                alpha,
                beta,
                k,
                nativeAttr));
  }

  /** Arguments SRC, DIFF_DST, DIFF_SRC and WORKSPACE. */
  public static PrimitiveDesc backward(
      AlgKind alg,
      MemoryDesc diffSrc,
      MemoryDesc diffDst,
      MemoryDesc src,
      long localSize,
      float alpha,
      float beta,
      float k,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "lrn_backward",
        attr,
        () ->
            Describe.args(
                "alg",
                alg,
                "diff_src",
                diffSrc,
                "diff_dst",
                diffDst,
                "src",
                src,
                "local_size",
                localSize,
                "alpha",
                alpha,
                "beta",
                beta,
                "k",
                k),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_lrn_backward_primitive_desc_create(
                out,
                engine,
                alg.value(),
                scope.md(diffSrc),
                scope.md(diffDst),
                scope.md(src),
                localSize,
                alpha,
                beta,
                k,
                hint.asHint(scope),
                nativeAttr));
  }
}
