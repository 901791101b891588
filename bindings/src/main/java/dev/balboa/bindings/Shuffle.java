package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/** Shuffle of groups along an axis. Thread-safe. */
public final class Shuffle {

  private Shuffle() {}

  /** Arguments SRC and DST. */
  public static PrimitiveDesc forward(
      PropKind prop, MemoryDesc src, MemoryDesc dst, int axis, long groupSize, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "shuffle_forward",
        attr,
        () ->
            Describe.args(
                "prop", prop, "src", src, "dst", dst, "axis", axis, "group_size", groupSize),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_shuffle_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                scope.md(src),
                scope.md(dst),
                axis,
                groupSize,
                nativeAttr));
  }

  /** Arguments DIFF_DST and DIFF_SRC. */
  public static PrimitiveDesc backward(
      MemoryDesc diffSrc,
      MemoryDesc diffDst,
      int axis,
      long groupSize,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "shuffle_backward",
        attr,
        () ->
            Describe.args(
                "diff_src", diffSrc, "diff_dst", diffDst, "axis", axis, "group_size", groupSize),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_shuffle_backward_primitive_desc_create(
                out,
                engine,
                scope.md(diffSrc),
                scope.md(diffDst),
                axis,
                groupSize,
                hint.asHint(scope),
                nativeAttr));
  }
}
