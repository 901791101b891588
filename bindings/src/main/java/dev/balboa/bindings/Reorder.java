package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/** Copies between layouts and data types. Thread-safe. */
public final class Reorder {

  private Reorder() {}

  /** Arguments FROM and TO. */
  public static PrimitiveDesc create(MemoryDesc src, MemoryDesc dst, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "reorder",
        attr,
        () -> Describe.args("src", src, "dst", dst),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_reorder_primitive_desc_create(
                out, scope.md(src), engine, scope.md(dst), engine, nativeAttr));
  }
}
