package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/**
 * Transposed convolution; weights are {@code OI<spatial>}, or {@code GOI<spatial>} with groups,
 * where O is the channels of the result. Descriptors given as {@code any} let oneDNN choose the
 * layout. Thread-safe.
 */
public final class Deconvolution {

  private Deconvolution() {}

  /** Arguments SRC, WEIGHTS, BIAS (unless {@code bias} is none) and DST. */
  public static PrimitiveDesc forward(
      PropKind prop,
      AlgKind alg,
      MemoryDesc src,
      MemoryDesc weights,
      MemoryDesc bias,
      MemoryDesc dst,
      Window window,
      PrimitiveAttr attr) {
    window.requireRank("deconvolution", src);
    return PrimitiveDesc.create(
        "deconvolution_forward",
        attr,
        () ->
            Describe.args(
                "prop", prop, "alg", alg, "src", src, "weights", weights, "bias", bias, "dst", dst,
                "window", window),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_deconvolution_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                alg.value(),
                scope.md(src),
                scope.md(weights),
                scope.md(bias),
                scope.md(dst),
                window.strides(scope),
                window.dilates(scope),
                window.padBegin(scope),
                window.padEnd(scope),
                nativeAttr));
  }

  /** Arguments DIFF_DST, WEIGHTS and DIFF_SRC. */
  public static PrimitiveDesc backwardData(
      AlgKind alg,
      MemoryDesc diffSrc,
      MemoryDesc weights,
      MemoryDesc diffDst,
      Window window,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    window.requireRank("deconvolution", diffSrc);
    return PrimitiveDesc.create(
        "deconvolution_backward_data",
        attr,
        () ->
            Describe.args(
                "alg",
                alg,
                "diff_src",
                diffSrc,
                "weights",
                weights,
                "diff_dst",
                diffDst,
                "window",
                window),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_deconvolution_backward_data_primitive_desc_create(
                out,
                engine,
                alg.value(),
                scope.md(diffSrc),
                scope.md(weights),
                scope.md(diffDst),
                window.strides(scope),
                window.dilates(scope),
                window.padBegin(scope),
                window.padEnd(scope),
                hint.asHint(scope),
                nativeAttr));
  }

  /** Arguments SRC, DIFF_DST, DIFF_WEIGHTS and DIFF_BIAS (unless {@code diffBias} is none). */
  public static PrimitiveDesc backwardWeights(
      AlgKind alg,
      MemoryDesc src,
      MemoryDesc diffWeights,
      MemoryDesc diffBias,
      MemoryDesc diffDst,
      Window window,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    window.requireRank("deconvolution", src);
    return PrimitiveDesc.create(
        "deconvolution_backward_weights",
        attr,
        () ->
            Describe.args(
                "alg",
                alg,
                "src",
                src,
                "diff_weights",
                diffWeights,
                "diff_bias",
                diffBias,
                "diff_dst",
                diffDst,
                "window",
                window),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_deconvolution_backward_weights_primitive_desc_create(
                out,
                engine,
                alg.value(),
                scope.md(src),
                scope.md(diffWeights),
                scope.md(diffBias),
                scope.md(diffDst),
                window.strides(scope),
                window.dilates(scope),
                window.padBegin(scope),
                window.padEnd(scope),
                hint.asHint(scope),
                nativeAttr));
  }
}
