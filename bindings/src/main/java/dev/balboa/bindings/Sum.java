package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.util.Arrays;
import java.util.List;

/** Weighted sum of buffers of one shape. Thread-safe. */
public final class Sum {

  private Sum() {}

  /**
   * Arguments {@link Arg#multipleSrc} of each source and DST. {@code dst} none lets oneDNN choose.
   */
  public static PrimitiveDesc create(
      float[] scales, List<MemoryDesc> srcs, MemoryDesc dst, PrimitiveAttr attr) {
    if (scales.length != srcs.size()) {
      throw new IllegalArgumentException(
          "sum: " + srcs.size() + " sources but " + scales.length + " scales");
    }
    return PrimitiveDesc.create(
        "sum",
        attr,
        () -> Describe.args("scales", Arrays.toString(scales), "srcs", srcs, "dst", dst),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_sum_primitive_desc_create(
                out,
                engine,
                scope.md(dst),
                srcs.size(),
                scope.floats(scales),
                scope.mds(srcs),
                nativeAttr));
  }
}
