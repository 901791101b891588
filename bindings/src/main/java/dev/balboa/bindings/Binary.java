package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/** Elementwise operations of two operands; axes of 1 in {@code src1} are broadcast. Thread-safe. */
public final class Binary {

  private Binary() {}

  /** Arguments SRC_0, SRC_1 and DST, which may be the buffer of SRC_0. */
  public static PrimitiveDesc create(
      AlgKind alg, MemoryDesc src0, MemoryDesc src1, MemoryDesc dst, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "binary",
        attr,
        () -> Describe.args("alg", alg, "src0", src0, "src1", src1, "dst", dst),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_binary_primitive_desc_create(
                out,
                engine,
                alg.value(),
                scope.md(src0),
                scope.md(src1),
                scope.md(dst),
                nativeAttr));
  }

  /**
   * Takes {@code src0} where {@code condition} is not 0 and {@code src1} elsewhere. Arguments
   * SRC_0, SRC_1, SRC_2 (the condition, s8) and DST.
   */
  public static PrimitiveDesc select(
      MemoryDesc src0, MemoryDesc src1, MemoryDesc condition, MemoryDesc dst, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "binary",
        attr,
        () -> Describe.args("src0", src0, "src1", src1, "condition", condition, "dst", dst),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_binary_primitive_desc_create_v2(
                out,
                engine,
                AlgKind.BINARY_SELECT.value(),
                scope.md(src0),
                scope.md(src1),
                scope.md(condition),
                scope.md(dst),
                nativeAttr));
  }
}
