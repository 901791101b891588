package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.util.Arrays;

/**
 * Max and average pooling. Max pooling in training writes an opaque workspace that backward needs.
 * Thread-safe.
 */
public final class Pooling {

  private Pooling() {}

  /** Arguments SRC, DST and, for max pooling in training, WORKSPACE. */
  public static PrimitiveDesc forward(
      PropKind prop,
      AlgKind alg,
      MemoryDesc src,
      MemoryDesc dst,
      long[] kernel,
      Window window,
      PrimitiveAttr attr) {
    requireKernel(kernel, window);
    window.requireRank("pooling", src);
    return PrimitiveDesc.create(
        "pooling_forward",
        attr,
        () ->
            Describe.args(
                "prop",
                prop,
                "alg",
                alg,
                "src",
                src,
                "dst",
                dst,
                "kernel",
                Arrays.toString(kernel),
                "window",
                window),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_pooling_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                alg.value(),
                scope.md(src),
                scope.md(dst),
                window.strides(scope),
                scope.dims(kernel),
                window.dilates(scope),
                window.padBegin(scope),
                window.padEnd(scope),
                nativeAttr));
  }

  /** Arguments DIFF_DST, DIFF_SRC and, for max pooling, WORKSPACE. */
  public static PrimitiveDesc backward(
      AlgKind alg,
      MemoryDesc diffSrc,
      MemoryDesc diffDst,
      long[] kernel,
      Window window,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    requireKernel(kernel, window);
    window.requireRank("pooling", diffSrc);
    return PrimitiveDesc.create(
        "pooling_backward",
        attr,
        () ->
            Describe.args(
                "alg",
                alg,
                "diff_src",
                diffSrc,
                "diff_dst",
                diffDst,
                "kernel",
                Arrays.toString(kernel),
                "window",
                window),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_pooling_backward_primitive_desc_create(
                out,
                engine,
                alg.value(),
                scope.md(diffSrc),
                scope.md(diffDst),
                window.strides(scope),
                scope.dims(kernel),
                window.dilates(scope),
                window.padBegin(scope),
                window.padEnd(scope),
                hint.asHint(scope),
                nativeAttr));
  }

  private static void requireKernel(long[] kernel, Window window) {
    if (kernel.length != window.axes()) {
      throw new IllegalArgumentException(
          "pooling: kernel "
              + Arrays.toString(kernel)
              + " for a window over "
              + window.axes()
              + " axes");
    }
  }
}
