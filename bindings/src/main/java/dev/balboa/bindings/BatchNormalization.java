package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/**
 * Batch normalization over all axes but the second; flags are those of {@link NormFlags}.
 * Thread-safe.
 */
public final class BatchNormalization {

  private BatchNormalization() {}

  /**
   * Arguments SRC, DST, MEAN and VARIANCE (results in training, inputs with global statistics),
   * SCALE and SHIFT if flagged, WORKSPACE if there is one.
   */
  public static PrimitiveDesc forward(
      PropKind prop, MemoryDesc src, MemoryDesc dst, float epsilon, int flags, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "batch_normalization_forward",
        attr,
        () ->
            Describe.args("prop", prop, "src", src, "dst", dst, "epsilon", epsilon, "flags", flags),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_batch_normalization_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                scope.md(src),
                scope.md(dst),
                epsilon,
                flags,
                nativeAttr));
  }

  /**
   * Arguments SRC, MEAN, VARIANCE, DIFF_DST, DIFF_SRC, and as flagged SCALE, DIFF_SCALE,
   * DIFF_SHIFT, WORKSPACE.
   */
  public static PrimitiveDesc backward(
      PropKind prop,
      MemoryDesc diffSrc,
      MemoryDesc diffDst,
      MemoryDesc src,
      float epsilon,
      int flags,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "batch_normalization_backward",
        attr,
        () ->
            Describe.args(
                "prop",
                prop,
                "diff_src",
                diffSrc,
                "diff_dst",
                diffDst,
                "src",
                src,
                "epsilon",
                epsilon,
                "flags",
                flags),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_batch_normalization_backward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                scope.md(diffSrc),
                scope.md(diffDst),
                scope.md(src),
                epsilon,
                flags,
                hint.asHint(scope),
                nativeAttr));
  }
}
