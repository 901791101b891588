package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AxisKernels;
import dev.balboa.bindings.AxisMap;
import dev.balboa.bindings.DataType;
import dev.balboa.bindings.GridGeometry;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.NativeThreads;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.AxisOp;
import dev.balboa.nn.op.CumProd;
import dev.balboa.nn.op.CumProdBackward;
import dev.balboa.nn.op.CumSum;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Flip;
import dev.balboa.nn.op.Gated;
import dev.balboa.nn.op.GatedBackward;
import dev.balboa.nn.op.GridSample;
import dev.balboa.nn.op.GridSampleBackward;
import dev.balboa.nn.op.Pad;
import dev.balboa.nn.op.PadBackward;
import dev.balboa.nn.op.PadMode;
import dev.balboa.nn.op.ProdBackward;
import dev.balboa.nn.op.Resize;
import dev.balboa.nn.op.ResizeBackward;
import dev.balboa.nn.op.Roll;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Sort;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.TopK;
import java.util.Arrays;
import java.util.stream.LongStream;

/** What goes by position or order along axes, through the kernels. */
final class AxisOps {
  private AxisOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, AxisOp op) {
    switch (op) {
      case Flip o -> flip(b, o);
      case Roll o -> roll(b, o);
      case Pad o -> pad(b, o);
      case PadBackward o -> AxisProducts.padBackward(b, o);
      case Resize o -> AxisProducts.resize(b, o);
      case ResizeBackward o -> AxisProducts.resizeBackward(b, o);
      case Sort o -> sort(b, o);
      case TopK o -> topk(b, o);
      case CumSum o -> cumsum(b, o);
      case Gated o -> gated(b, o);
      case GatedBackward o -> gatedBackward(b, o);
      case CumProd o -> cumprod(b, o);
      case CumProdBackward o -> cumprodBackward(b, o.forward());
      case GridSample o -> gridSample(b, o);
      case GridSampleBackward o -> gridSampleBackward(b, o.forward());
      case ProdBackward o -> prodBackward(b, o);
    }
  }

  private static void gated(PlanBuilder b, Gated op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    KernelKinds.Unary gate = Kinds.of(op.gate());
    long outer = b.spec(0).shape().slice(0, op.axis()).size();
    long half = half(b, op);
    b.call(
        s -> Kernels.gated(type, gate, outer, half, s[0], s[1]), b.denseInput(0), b.denseOutput(0));
  }

  private static void gatedBackward(PlanBuilder b, GatedBackward op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    KernelKinds.Unary gate = Kinds.of(op.forward().gate());
    long outer = b.spec(0).shape().slice(0, op.forward().axis()).size();
    long half = half(b, op.forward());
    b.call(
        s -> Kernels.gatedBackward(type, gate, outer, half, s[0], s[1], s[2]),
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0));
  }

  private static long half(PlanBuilder b, Gated op) {
    Shape shape = b.spec(0).shape();
    return shape.slice(op.axis(), shape.rank()).size() / 2;
  }

  /** Takes every element from where the tables say, one table an axis; -1 is {@code pattern}. */
  static void map(PlanBuilder b, long[][] sources, long pattern) {
    TensorSpec x = b.spec(0);
    int bytes = x.dtype().bytes();
    AxisMap map =
        x.shape().rank() == 0
            ? AxisMap.of(new long[] {1}, new long[] {0})
            : AxisMap.of(x.shape().dims(), sources);
    b.call(
        s -> AxisKernels.map(bytes, map, pattern, s[0], s[1]), b.denseInput(0), b.denseOutput(0));
  }

  private static void flip(PlanBuilder b, Flip op) {
    long[] dims = b.spec(0).shape().dims();
    long[][] sources = new long[dims.length][];
    Arrays.setAll(
        sources,
        axis ->
            LongStream.range(0, dims[axis])
                .map(i -> op.axes().contains(axis) ? dims[axis] - 1 - i : i)
                .toArray());
    map(b, sources, 0);
  }

  /** Both parts of the axis, each to where it goes. */
  private static void roll(PlanBuilder b, Roll op) {
    TensorSpec spec = b.spec(0);
    long n = spec.shape().dim(op.axis());
    long start = op.start(n);
    Operand from = b.plainInput(0);
    Operand to = b.denseOutput(0);
    part(b, op, 0, start, n - start, from, to);
    part(b, op, n - start, 0, start, from, to);
  }

  private static void part(
      PlanBuilder b, Roll op, long at, long start, long count, Operand from, Operand to) {
    TensorSpec spec = b.spec(0);
    if (count == 0) {
      return;
    }
    int bytes = spec.dtype().bytes();
    Layout.Strided source = b.plainLayout(0);
    Layout.Strided target = Layout.Strided.contiguous(spec.shape().dims());
    StridedSpace space =
        StridedSpace.of(
            spec.shape().with(op.axis(), count).dims(),
            StridedSpace.Operand.of(at * source.stride(op.axis()), source.strides()),
            StridedSpace.Operand.of(start * target.stride(op.axis()), target.strides()));
    b.call(s -> Kernels.copyStrided(bytes, space, s[0], s[1]), from, to);
  }

  private static void pad(PlanBuilder b, Pad op) {
    map(b, padded(op, b.spec(0).shape()), MemoryOps.pattern(b.spec(0).dtype(), op.value()));
  }

  /** For every axis of the padded tensor where its elements come from. */
  static long[][] padded(Pad op, Shape shape) {
    long[][] sources = new long[shape.rank()][];
    Arrays.setAll(
        sources,
        axis -> {
          long n = shape.dim(axis);
          long before = op.before().get(axis);
          return LongStream.range(0, n + before + op.after().get(axis))
              .map(i -> source(op.mode(), i - before, n))
              .toArray();
        });
    return sources;
  }

  private static long source(PadMode mode, long i, long n) {
    return switch (mode) {
      case CONSTANT -> i >= 0 && i < n ? i : -1;
      case REFLECT -> n - 1 - Math.abs(n - 1 - Math.abs(i));
      case EDGE -> Math.clamp(i, 0, n - 1);
      case CIRCULAR -> Math.floorMod(i, n);
    };
  }

  private static Split around(PlanBuilder b, int axis) {
    return Split.around(b.spec(0).shape().dims(), axis, axis + 1);
  }

  /** How many lines are worked on at once. */
  private static long slots(Split a) {
    return Math.clamp(a.outer() * a.inner(), 1, NativeThreads.count());
  }

  private static Operand scratch(PlanBuilder b, long bytes) {
    return b.scratch(Mds.contiguous(new TensorSpec(Shape.of(bytes), DType.U8)));
  }

  private static void sort(PlanBuilder b, Sort op) {
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Split a = around(b, op.axis());
    long slots = slots(a);
    b.call(
        s ->
            AxisKernels.sort(
                type, op.descending(), a.outer(), a.n(), a.inner(), s[0], s[1], s[2], slots, s[3]),
        b.denseInput(0),
        b.denseOutput(0),
        b.denseOutput(1),
        scratch(b, slots * AxisKernels.slotBytes(type, 2 * a.n())));
  }

  private static void topk(PlanBuilder b, TopK op) {
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Split a = around(b, op.axis());
    long slots = slots(a);
    b.call(
        s ->
            AxisKernels.topk(
                type,
                op.largest(),
                a.outer(),
                a.n(),
                a.inner(),
                op.k(),
                s[0],
                s[1],
                s[2],
                slots,
                s[3]),
        b.denseInput(0),
        b.denseOutput(0),
        b.denseOutput(1),
        scratch(b, slots * AxisKernels.slotBytes(type, op.k())));
  }

  private static void cumsum(PlanBuilder b, CumSum op) {
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Split a = around(b, op.axis());
    b.call(
        s ->
            AxisKernels.cumsum(
                type, a.outer(), a.n(), a.inner(), op.exclusive(), op.reverse(), s[0], s[1]),
        b.denseInput(0),
        b.denseOutput(0));
  }

  private static void cumprod(PlanBuilder b, CumProd op) {
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Split a = around(b, op.axis());
    b.call(
        s ->
            AxisKernels.cumprod(
                type, a.outer(), a.n(), a.inner(), op.exclusive(), op.reverse(), s[0], s[1]),
        b.denseInput(0),
        b.denseOutput(0));
  }

  private static void cumprodBackward(PlanBuilder b, CumProd op) {
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Split a = around(b, op.axis());
    b.call(
        s ->
            AxisKernels.cumprodBackward(
                type, a.outer(), a.n(), a.inner(), op.exclusive(), op.reverse(), s[0], s[1], s[2]),
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0));
  }

  private static void prodBackward(PlanBuilder b, ProdBackward op) {
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Split a = around(b, op.axis());
    b.call(
        s -> AxisKernels.prodBackward(type, a.outer(), a.n(), a.inner(), s[0], s[1], s[2]),
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0));
  }

  private static GridGeometry geometry(PlanBuilder b, GridSample op) {
    int taps =
        switch (op.mode()) {
          case NEAREST -> 1;
          case LINEAR -> 2;
          case CUBIC -> 4;
        };
    int outside =
        switch (op.padding()) {
          case ZEROS -> 0;
          case BORDER -> 1;
          case REFLECTION -> 2;
        };
    Shape x = b.spec(0).shape();
    Shape grid = b.spec(1).shape();
    return new GridGeometry(
        taps,
        outside,
        op.alignCorners(),
        x.dim(0),
        x.dim(1),
        x.dim(2),
        x.dim(3),
        grid.dim(1) * grid.dim(2));
  }

  private static void gridSample(PlanBuilder b, GridSample op) {
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    GridGeometry geometry = geometry(b, op);
    b.call(
        s -> AxisKernels.gridSample(type, geometry, s[0], s[1], s[2], s[3]),
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0),
        scratch(b, geometry, type));
  }

  private static void gridSampleBackward(PlanBuilder b, GridSample op) {
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    GridGeometry geometry = geometry(b, op);
    b.call(
        s -> AxisKernels.gridSampleBackward(type, geometry, s[0], s[1], s[2], s[3], s[4], s[5]),
        b.denseInput(0),
        b.denseInput(1),
        b.denseInput(2),
        b.denseOutput(0),
        b.denseOutput(1),
        scratch(b, geometry, type));
  }

  private static Operand scratch(PlanBuilder b, GridGeometry geometry, KernelKinds.Type type) {
    return b.scratch(MemoryDesc.contiguous(DataType.U8, geometry.scratchBytes(type)));
  }
}
