package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AlgKind;
import dev.balboa.bindings.Arg;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PropKind;
import dev.balboa.bindings.ReductionKernels;
import dev.balboa.bindings.StatisticsKernels;
import dev.balboa.nn.op.ArgReduce;
import dev.balboa.nn.op.Center;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LogicalReduce;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.ReductionOp;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Softmax;
import dev.balboa.nn.op.SoftmaxBackward;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Variance;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Reductions through the kernels; softmax of many elements through oneDNN. */
final class ReductionOps {
  /** Elements above which waking oneDNN pays. */
  private static final long LARGE = 1 << 15;

  /** The axes of a picture's planes. */
  private static final List<Integer> PLANE = List.of(2, 3);

  private static final DType[] NUMBERS = {
    DType.F32, DType.F64, DType.I32, DType.I64, DType.U8, DType.I8
  };

  private ReductionOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, ReductionOp op) {
    switch (op) {
      case Reduce o -> reduce(b, o);
      case LogicalReduce o -> StatisticsOps.logicalReduce(b, o);
      case Variance o -> StatisticsOps.variance(b, o);
      case Center o -> StatisticsOps.center(b, o);
      case ArgReduce o -> argReduce(b, o);
      case Softmax o -> softmax(b, o);
      case SoftmaxBackward o -> softmaxBackward(b, o);
    }
  }

  /** Reduces run after run of neighbouring axes, innermost first. */
  static void reduce(PlanBuilder b, Reduce op) {
    Unsupported.unless(b, op, NUMBERS);
    Kernel kernel =
        switch (op.kind()) {
          case NORM2 ->
              (t, s, x, y) -> StatisticsKernels.norm2(t, s.outer(), s.n(), s.inner(), x, y);
          case LOGSUMEXP ->
              (t, s, x, y) -> StatisticsKernels.logSumExp(t, s.outer(), s.n(), s.inner(), x, y);
          default -> plain(Kinds.of(op.kind()));
        };
    boolean sizes = op.axes().isEmpty() && op.kind() == ReduceKind.NORM2;
    if (sizes) {
      KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
      Split each = new Split(b.spec(0).shape().size(), 1, 1);
      b.call(s -> kernel.run(type, each, s[0], s[1]), b.denseInput(0), b.denseOutput(0));
      return;
    }
    if (op.axes().equals(PLANE) && Mds.isChannelsLast(b.spec(0), b.layout(0))) {
      planes(b, kernel);
      return;
    }
    reduce(b, kernel, op.axes(), b.spec(0), b.denseInput(0), 0);
  }

  /** Reduces each plane of pictures that have their channels last, as they lie. */
  private static void planes(PlanBuilder b, Kernel kernel) {
    Shape x = b.spec(0).shape();
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Split split = new Split(x.dim(0), x.dim(2) * x.dim(3), x.dim(1));
    b.call(s -> kernel.run(type, split, s[0], s[1]), b.input(0), b.denseOutput(0));
  }

  /** Reduces the middle axis of a dense operand. */
  @FunctionalInterface
  private interface Kernel {
    void run(KernelKinds.Type type, Split split, MemorySegment x, MemorySegment y);
  }

  private static Kernel plain(KernelKinds.Reduce kind) {
    return (t, s, x, y) -> ReductionKernels.reduce(t, kind, s.outer(), s.n(), s.inner(), x, y);
  }

  /** The sum over ascending axes of a dense operand of this spec, as output {@code output}. */
  static void sum(PlanBuilder b, List<Integer> axes, TensorSpec spec, Operand dense, int output) {
    reduce(b, plain(KernelKinds.Reduce.SUM), axes, spec, dense, output);
  }

  private static void reduce(
      PlanBuilder b,
      Kernel kernel,
      List<Integer> axes,
      TensorSpec spec,
      Operand dense,
      int output) {
    KernelKinds.Type type = Kinds.of(spec.dtype());
    List<int[]> runs = Split.runs(axes);
    long[] dims = spec.shape().dims();
    Operand from = dense;
    if (runs.isEmpty()) {
      long bytes = spec.byteSize();
      b.call(
          s -> s[1].asSlice(0, bytes).copyFrom(s[0].asSlice(0, bytes)),
          from,
          b.denseOutput(output));
      return;
    }
    for (int r = runs.size() - 1; r >= 0; r--) {
      int[] run = runs.get(r);
      Split split = Split.around(dims, run[0], run[1]);
      for (int axis = run[0]; axis < run[1]; axis++) {
        dims[axis] = 1;
      }
      Operand to =
          r == 0
              ? b.denseOutput(output)
              : b.scratch(Mds.contiguous(spec.withShape(Shape.of(dims))));
      b.call(s -> kernel.run(type, split, s[0], s[1]), from, to);
      from = to;
    }
  }

  static void argReduce(PlanBuilder b, ArgReduce op) {
    Unsupported.unless(b, op, NUMBERS);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Split s = Split.around(b.spec(0).shape().dims(), op.axis(), op.axis() + 1);
    b.call(
        buffers ->
            ReductionKernels.argExtreme(
                type, op.max(), s.outer(), s.n(), s.inner(), buffers[0], buffers[1]),
        b.denseInput(0),
        b.denseOutput(0));
  }

  static void softmax(PlanBuilder b, Softmax op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Split s = Split.around(b.spec(0).shape().dims(), op.axis(), op.axis() + 1);
    if (type == KernelKinds.Type.F32 && b.spec(0).shape().size() >= LARGE) {
      Operand src = b.input(0);
      MemoryDesc md = src.md();
      AlgKind alg = op.log() ? AlgKind.SOFTMAX_LOG : AlgKind.SOFTMAX_ACCURATE;
      b.primitive(
          () ->
              dev.balboa.bindings.Softmax.forward(
                  PropKind.FORWARD_INFERENCE, alg, md, md, op.axis(), PrimitiveAttr.defaults()),
          new int[] {Arg.SRC, Arg.DST},
          src,
          b.output(0, md));
      return;
    }
    b.call(
        buffers ->
            ReductionKernels.softmax(
                type, op.log(), s.outer(), s.n(), s.inner(), buffers[0], buffers[1]),
        b.denseInput(0),
        b.denseOutput(0));
  }

  static void softmaxBackward(PlanBuilder b, SoftmaxBackward op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Split s = Split.around(b.spec(0).shape().dims(), op.axis(), op.axis() + 1);
    b.call(
        buffers ->
            ReductionKernels.softmaxBackward(
                type, op.log(), s.outer(), s.n(), s.inner(), buffers[0], buffers[1], buffers[2]),
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0));
  }
}
