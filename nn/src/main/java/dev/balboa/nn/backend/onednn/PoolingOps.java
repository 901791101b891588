package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AlgKind;
import dev.balboa.bindings.Arg;
import dev.balboa.bindings.IndexGeometry;
import dev.balboa.bindings.IndexKernels;
import dev.balboa.bindings.KernelCall;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.Pooling;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.bindings.PropKind;
import dev.balboa.bindings.WindowPool;
import dev.balboa.nn.op.AdaptiveAvgPool;
import dev.balboa.nn.op.AdaptiveAvgPoolBackward;
import dev.balboa.nn.op.AdaptiveMaxPool;
import dev.balboa.nn.op.AvgPool;
import dev.balboa.nn.op.AvgPoolBackward;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.MaxPoolBackward;
import dev.balboa.nn.op.MaxPoolGather;
import dev.balboa.nn.op.MaxPoolWithIndices;
import dev.balboa.nn.op.MaxUnpool;
import dev.balboa.nn.op.PoolingOp;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pooling: means through oneDNN, in the layout that the input comes in, and through the kernels
 * where oneDNN lacks the windows or the type; maxima through the kernels, since oneDNN's pass over
 * NaN.
 */
final class PoolingOps {
  private PoolingOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, PoolingOp op) {
    switch (op) {
      case MaxPool o -> max(b, o);
      case MaxPoolBackward o -> maxBackward(b, o);
      case MaxPoolGather o -> maxGather(b, o);
      case AvgPool o -> average(b, o);
      case AvgPoolBackward o -> averageBackward(b, o);
      case MaxPoolWithIndices o ->
          WindowPools.max(b, o, windows(b, o.window()), (_, _, index) -> b.output(1, index));
      case MaxUnpool o -> unpool(b, o);
      case AdaptiveMaxPool o -> {
        Shape y = b.outputSpec(0).shape();
        List<WindowPool.Axis> axes = Windows.adaptive(b.spec(0).shape(), y);
        WindowPools.max(b, o, axes, (_, _, index) -> b.output(1, index));
      }
      case AdaptiveAvgPool o -> adaptive(b, o);
      case AdaptiveAvgPoolBackward o -> adaptiveBackward(b, o);
    }
  }

  private static List<WindowPool.Axis> windows(PlanBuilder b, Window window) {
    return Windows.axes(window, false, b.spec(0).shape(), b.outputSpec(0).shape());
  }

  private static void max(PlanBuilder b, MaxPool op) {
    WindowPools.max(
        b,
        op,
        windows(b, op.window()),
        (x, y, index) -> op.workspace() ? b.workspace(1, new WorkspaceLayout(index, x, y)) : null);
  }

  /** Each dy at the place of its maximum in planes of zeros. */
  private static void maxBackward(PlanBuilder b, MaxPoolBackward op) {
    if (!(b.layout(1) instanceof WorkspaceLayout forward)) {
      throw new IllegalArgumentException(
          op.name() + ": expected the workspace of a native max pooling, got " + b.layout(1));
    }
    DType dtype = b.spec(0).dtype();
    Planes planes = Planes.of(forward.src());
    Operand places = new Operand(Operand.Place.INPUT, 1, forward.md());
    Operand dy = dtype == DType.F32 ? b.input(0, forward.dst()) : b.denseInput(0);
    Operand dx = b.output(0, forward.src());
    if (planes.inner() > 1) {
      List<WindowPool.Axis> axes =
          Windows.axes(op.window(), false, op.inputShape(), b.spec(0).shape());
      WindowPool pool = WindowPool.of(Kinds.of(dtype), planes.outer(), planes.inner(), axes);
      KernelCall call = KernelCall.windowMaxBackward(pool);
      b.call(call, s -> pool.maxBackward(s[0], s[1], s[2]), places, dy, dx);
      return;
    }
    long size = plane(op.inputShape());
    long count = plane(b.spec(0).shape());
    b.call(unpool(b.spec(0), KernelKinds.Type.I32, planes, size, count), places, dy, dx);
  }

  /** In the order in which the indices come; the values are brought into it. */
  private static void unpool(PlanBuilder b, MaxUnpool op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    TensorSpec y = b.spec(0);
    KernelKinds.Type type = Kinds.of(b.spec(1).dtype());
    boolean ordered = y.dtype() == DType.F32;
    Operand indices = ordered ? WindowPools.planes(b, 1) : b.denseInput(1);
    Planes planes = Planes.of(indices.md());
    long size = op.output().size();
    long count = plane(y.shape());
    Step step = unpool(y, type, planes, size, count);
    b.call(
        IndexOps.checked(op, type, 0, y.shape().size(), i -> planes.offset(i, count), size, step),
        indices,
        ordered ? b.input(0, planes.like(y)) : b.denseInput(0),
        b.output(0, planes.like(b.outputSpec(0))));
  }

  /** Each of {@code count} values at its index in planes of {@code size} zeros. */
  private static Step unpool(
      TensorSpec y, KernelKinds.Type type, Planes planes, long size, long count) {
    KernelKinds.Type sums = Kinds.of(y.dtype());
    return s ->
        IndexKernels.unpool(
            sums, planes.outer(), size, count, planes.inner(), type, s[0], s[1], s[2]);
  }

  private static void maxGather(PlanBuilder b, MaxPoolGather op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    int bytes = b.spec(0).dtype().bytes();
    TensorSpec y = b.outputSpec(0);
    Operand x = b.denseInput(0);
    Operand index = b.scratch(Mds.contiguous(y.withDType(DType.I32)));
    WindowPools.maxOfPlanes(b, windows(b, op.window()), x, b.scratch(Mds.contiguous(y)), index);
    IndexGeometry geometry = planes(Planes.of(x.md()), plane(b.spec(0).shape()), plane(y.shape()));
    b.call(
        s -> IndexKernels.gather(bytes, geometry, KernelKinds.Type.I32, s[0], s[1], s[2]),
        index,
        b.denseInput(1),
        b.denseOutput(0));
  }

  /** Places in planes of {@code in} elements, one for each of {@code out}. */
  private static IndexGeometry planes(Planes planes, long in, long out) {
    return IndexGeometry.of(
        1,
        new long[] {planes.outer(), in, planes.inner()},
        new long[] {planes.outer(), out, planes.inner()});
  }

  private static long plane(Shape shape) {
    return shape.slice(2, shape.rank()).size();
  }

  static void average(PlanBuilder b, AvgPool op) {
    Shape x = b.spec(0).shape();
    if (needsKernel(b, op.window(), op.countPadding(), x)) {
      Shape y = b.outputSpec(0).shape();
      WindowPools.mean(b, op, Windows.axes(op.window(), op.countPadding(), x, y));
    } else {
      average(b, averageOf(op.countPadding()), Placed.of(op.window(), x));
    }
  }

  /**
   * oneDNN has no F64, counts what a window in ceil mode has beyond the padding, and leaves padding
   * out of the count only where no two neighbours in a window lie further apart than the input is
   * long.
   */
  private static boolean needsKernel(
      PlanBuilder b, Window window, boolean countPadding, Shape input) {
    return b.spec(0).dtype() != DType.F32
        || (countPadding ? !Windows.fit(window, input) : isStretched(window, input));
  }

  private static boolean isStretched(Window window, Shape input) {
    return IntStream.range(0, window.rank())
        .anyMatch(i -> window.dilation().get(i) > input.dim(i + 2));
  }

  private static void average(PlanBuilder b, AlgKind alg, Placed window) {
    Operand src = b.input(0);
    MemoryDesc dstAny = Mds.any(b.outputSpec(0));
    try (PrimitiveDesc desc = b.describe(() -> forward(b, alg, window, src.md(), dstAny))) {
      b.primitive(desc, new int[] {Arg.SRC, Arg.DST}, src, b.output(0, desc.dstMd()));
    }
  }

  static void averageBackward(PlanBuilder b, AvgPoolBackward op) {
    Shape x = op.inputShape();
    if (needsKernel(b, op.window(), op.countPadding(), x)) {
      Shape y = b.spec(0).shape();
      WindowPools.meanBackward(b, op, Windows.axes(op.window(), op.countPadding(), x, y));
    } else {
      averageBackward(b, averageOf(op.countPadding()), Placed.of(op.window(), x));
    }
  }

  private static void averageBackward(PlanBuilder b, AlgKind alg, Placed window) {
    Operand dy = b.input(0);
    MemoryDesc dxAny = Mds.any(b.outputSpec(0));
    MemoryDesc dxPlain = Mds.contiguous(b.outputSpec(0));
    MemoryDesc dyPlain = Mds.contiguous(b.spec(0));
    try (PrimitiveDesc hint = b.describe(() -> forward(b, alg, window, dxPlain, dyPlain));
        PrimitiveDesc desc = b.describe(() -> backward(b, alg, window, dxAny, dy.md(), hint))) {
      b.primitive(
          desc,
          new int[] {Arg.DIFF_DST, Arg.DIFF_SRC},
          b.input(0, desc.diffDstMd()),
          b.output(0, desc.diffSrcMd()));
    }
  }

  private static void adaptive(PlanBuilder b, AdaptiveAvgPool op) {
    Shape x = b.spec(0).shape();
    Shape y = b.outputSpec(0).shape();
    Placed window = Placed.tiling(x, y);
    if (window == null || b.spec(0).dtype() != DType.F32) {
      WindowPools.mean(b, op, Windows.adaptive(x, y));
    } else {
      average(b, averageOf(false), window);
    }
  }

  private static void adaptiveBackward(PlanBuilder b, AdaptiveAvgPoolBackward op) {
    Shape x = op.inputShape();
    Shape y = b.spec(0).shape();
    Placed window = Placed.tiling(x, y);
    if (window == null || b.spec(0).dtype() != DType.F32) {
      WindowPools.meanBackward(b, op, Windows.adaptive(x, y));
    } else {
      averageBackward(b, averageOf(false), window);
    }
  }

  /** A window with its padding for one input, in oneDNN's words. */
  private record Placed(List<Long> kernel, dev.balboa.bindings.Window window) {
    static Placed of(Window window, Shape input) {
      return new Placed(
          Arrays.stream(Windows.kernel(window)).boxed().toList(), Windows.over(window, input));
    }

    /** The window that adaptive pooling slides without overlap, or {@code null}. */
    static Placed tiling(Shape x, Shape y) {
      long[] kernel = new long[x.rank() - 2];
      for (int i = 0; i < kernel.length; i++) {
        if (x.dim(i + 2) % y.dim(i + 2) != 0) {
          return null;
        }
        kernel[i] = x.dim(i + 2) / y.dim(i + 2);
      }
      long[] ones = new long[kernel.length];
      Arrays.fill(ones, 1);
      long[] none = new long[kernel.length];
      return new Placed(
          Arrays.stream(kernel).boxed().toList(),
          dev.balboa.bindings.Window.of(kernel, ones, none, none));
    }

    long[] sizes() {
      return kernel.stream().mapToLong(Long::longValue).toArray();
    }
  }

  private static AlgKind averageOf(boolean countPadding) {
    return countPadding ? AlgKind.POOLING_AVG_INCLUDE_PADDING : AlgKind.POOLING_AVG_EXCLUDE_PADDING;
  }

  private static PrimitiveDesc forward(
      PlanBuilder b, AlgKind alg, Placed window, MemoryDesc src, MemoryDesc dst) {
    return Pooling.forward(
        PropKind.FORWARD_TRAINING,
        alg,
        src,
        dst,
        window.sizes(),
        window.window(),
        b.attr().build());
  }

  private static PrimitiveDesc backward(
      PlanBuilder b,
      AlgKind alg,
      Placed window,
      MemoryDesc diffSrc,
      MemoryDesc diffDst,
      PrimitiveDesc hint) {
    return Pooling.backward(
        alg, diffSrc, diffDst, window.sizes(), window.window(), hint, b.attr().build());
  }
}
