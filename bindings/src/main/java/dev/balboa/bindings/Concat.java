package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.util.List;

/** Concatenation along an axis. Thread-safe. */
public final class Concat {

  private Concat() {}

  /**
   * Arguments {@link Arg#multipleSrc} of each source and DST. {@code dst} none lets oneDNN choose.
   */
  public static PrimitiveDesc create(
      List<MemoryDesc> srcs, MemoryDesc dst, int axis, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "concat",
        attr,
        () -> Describe.args("srcs", srcs, "dst", dst, "axis", axis),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_concat_primitive_desc_create(
                out, engine, scope.md(dst), srcs.size(), axis, scope.mds(srcs), nativeAttr));
  }
}
