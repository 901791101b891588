package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/**
 * Softmax and log-softmax along one axis ({@link AlgKind#SOFTMAX_ACCURATE}, {@link
 * AlgKind#SOFTMAX_LOG}). Thread-safe.
 */
public final class Softmax {

  private Softmax() {}

  /** Arguments SRC and DST, which may be the same buffer. */
  public static PrimitiveDesc forward(
      PropKind prop, AlgKind alg, MemoryDesc src, MemoryDesc dst, int axis, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "softmax_forward",
        attr,
        () -> Describe.args("prop", prop, "alg", alg, "src", src, "dst", dst, "axis", axis),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_softmax_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                alg.value(),
                scope.md(src),
                scope.md(dst),
                axis,
                nativeAttr));
  }

  /** Arguments DST, DIFF_DST and DIFF_SRC. */
  public static PrimitiveDesc backward(
      AlgKind alg,
      MemoryDesc diffSrc,
      MemoryDesc diffDst,
      MemoryDesc dst,
      int axis,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "softmax_backward",
        attr,
        () ->
            Describe.args(
                "alg", alg, "diff_src", diffSrc, "diff_dst", diffDst, "dst", dst, "axis", axis),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_softmax_backward_primitive_desc_create(
                out,
                engine,
                alg.value(),
                scope.md(diffSrc),
                scope.md(diffDst),
                scope.md(dst),
                axis,
                hint.asHint(scope),
                nativeAttr));
  }
}
