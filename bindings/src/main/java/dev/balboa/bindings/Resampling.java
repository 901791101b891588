package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.lang.foreign.MemorySegment;

/** Nearest or linear resampling; the factors follow from the dimensions. Thread-safe. */
public final class Resampling {

  private Resampling() {}

  /** Arguments SRC and DST. */
  public static PrimitiveDesc forward(
      PropKind prop, AlgKind alg, MemoryDesc src, MemoryDesc dst, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "resampling_forward",
        attr,
        () -> Describe.args("prop", prop, "alg", alg, "src", src, "dst", dst),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_resampling_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                alg.value(),
                MemorySegment.NULL,
                scope.md(src),
                scope.md(dst),
                nativeAttr));
  }

  /** Arguments DIFF_DST and DIFF_SRC. */
  public static PrimitiveDesc backward(
      AlgKind alg, MemoryDesc diffSrc, MemoryDesc diffDst, PrimitiveDesc hint, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "resampling_backward",
        attr,
        () -> Describe.args("alg", alg, "diff_src", diffSrc, "diff_dst", diffDst),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_resampling_backward_primitive_desc_create(
                out,
                engine,
                alg.value(),
                MemorySegment.NULL,
                scope.md(diffSrc),
                scope.md(diffDst),
                hint.asHint(scope),
                nativeAttr));
  }
}
