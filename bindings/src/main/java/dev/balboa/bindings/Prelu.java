package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/**
 * Rectifier with learnt slopes, broadcast over the axes where {@code weights} is 1. Thread-safe.
 */
public final class Prelu {

  private Prelu() {}

  /** Arguments SRC, WEIGHTS and DST. */
  public static PrimitiveDesc forward(
      PropKind prop, MemoryDesc src, MemoryDesc weights, MemoryDesc dst, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "prelu_forward",
        attr,
        () -> Describe.args("prop", prop, "src", src, "weights", weights, "dst", dst),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_prelu_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                scope.md(src),
                scope.md(weights),
                scope.md(dst),
                nativeAttr));
  }

  /** Arguments SRC, WEIGHTS, DIFF_DST, DIFF_SRC and DIFF_WEIGHTS. */
  public static PrimitiveDesc backward(
      MemoryDesc src,
      MemoryDesc weights,
      MemoryDesc diffSrc,
      MemoryDesc diffWeights,
      MemoryDesc diffDst,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "prelu_backward",
        attr,
        () ->
            Describe.args(
                "src",
                src,
                "weights",
                weights,
                "diff_src",
                diffSrc,
                "diff_weights",
                diffWeights,
                "diff_dst",
                diffDst),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_prelu_backward_primitive_desc_create(
                out,
                engine,
                scope.md(src),
                scope.md(weights),
                scope.md(diffSrc),
                scope.md(diffWeights),
                scope.md(diffDst),
                hint.asHint(scope),
                nativeAttr));
  }
}
