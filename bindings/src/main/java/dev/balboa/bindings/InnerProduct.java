package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/** Fully connected layer; weights are {@code OI<spatial>}. Thread-safe. */
public final class InnerProduct {

  private InnerProduct() {}

  /** Arguments SRC, WEIGHTS, BIAS (unless none) and DST. */
  public static PrimitiveDesc forward(
      PropKind prop,
      MemoryDesc src,
      MemoryDesc weights,
      MemoryDesc bias,
      MemoryDesc dst,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "inner_product_forward",
        attr,
        () -> Describe.args("prop", prop, "src", src, "weights", weights, "bias", bias, "dst", dst),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_inner_product_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                scope.md(src),
                scope.md(weights),
                scope.md(bias),
                scope.md(dst),
                nativeAttr));
  }

  /** Arguments DIFF_DST, WEIGHTS and DIFF_SRC. */
  public static PrimitiveDesc backwardData(
      MemoryDesc diffSrc,
      MemoryDesc weights,
      MemoryDesc diffDst,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "inner_product_backward_data",
        attr,
        () -> Describe.args("diff_src", diffSrc, "weights", weights, "diff_dst", diffDst),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_inner_product_backward_data_primitive_desc_create(
                out,
                engine,
                scope.md(diffSrc),
                scope.md(weights),
                scope.md(diffDst),
                hint.asHint(scope),
                nativeAttr));
  }

  /** Arguments SRC, DIFF_DST, DIFF_WEIGHTS and DIFF_BIAS (unless none). */
  public static PrimitiveDesc backwardWeights(
      MemoryDesc src,
      MemoryDesc diffWeights,
      MemoryDesc diffBias,
      MemoryDesc diffDst,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "inner_product_backward_weights",
        attr,
        () ->
            Describe.args(
                "src",
                src,
                "diff_weights",
                diffWeights,
                "diff_bias",
                diffBias,
                "diff_dst",
                diffDst),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_inner_product_backward_weights_primitive_desc_create(
                out,
                engine,
                scope.md(src),
                scope.md(diffWeights),
                scope.md(diffBias),
                scope.md(diffDst),
                hint.asHint(scope),
                nativeAttr));
  }
}
