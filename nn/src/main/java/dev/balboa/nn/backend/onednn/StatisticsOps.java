package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.StatisticsKernels;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Center;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LogicalReduce;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Variance;
import java.util.List;

/**
 * Reductions that need all their elements in one piece: where the axes are no run of neighbours,
 * they are brought to the end first.
 */
final class StatisticsOps {
  private StatisticsOps() {}

  static void variance(PlanBuilder b, Variance op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Gathered x = Gathered.of(b, op.axes());
    Split s = x.split;
    double correction = op.correction();
    b.call(
        m -> StatisticsKernels.variance(type, s.outer(), s.n(), s.inner(), correction, m[0], m[1]),
        x.operand,
        b.denseOutput(0));
  }

  static void center(PlanBuilder b, Center op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Gathered x = Gathered.of(b, op.axes());
    Split s = x.split;
    boolean moved = x.order != null;
    Operand to = moved ? b.scratch(x.operand.md()) : b.denseOutput(0);
    b.call(
        m -> StatisticsKernels.center(type, s.outer(), s.n(), s.inner(), m[0], m[1]),
        x.operand,
        to);
    if (moved) {
      x.scatter(b, to, b.denseOutput(0));
    }
  }

  static void logicalReduce(PlanBuilder b, LogicalReduce op) {
    KernelKinds.BoolReduce kind = KernelKinds.BoolReduce.valueOf(op.kind().name());
    Gathered x = Gathered.of(b, op.axes());
    Split s = x.split;
    b.call(
        m -> StatisticsKernels.reduceBool(kind, s.outer(), s.n(), s.inner(), m[0], m[1]),
        x.operand,
        b.denseOutput(0));
  }

  /**
   * The dense first input with some axes in one piece.
   *
   * @param order the axes in their new order, {@code null} where they are as they were
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Gathered(Operand operand, Split split, int[] order, Shape shape, int bytes) {

    static Gathered of(PlanBuilder b, List<Integer> axes) {
      TensorSpec spec = b.spec(0);
      Shape shape = spec.shape();
      int bytes = spec.dtype().bytes();
      List<int[]> runs = Split.runs(axes);
      if (runs.size() <= 1) {
        int[] run = runs.isEmpty() ? new int[2] : runs.get(0);
        Split split = Split.around(shape.dims(), run[0], run[1]);
        return new Gathered(b.denseInput(0), split, null, shape, bytes);
      }
      int[] order = last(shape.rank(), axes);
      Layout.Strided layout = b.plainLayout(0);
      Shape moved = permuted(shape, order);
      Operand copy = b.scratch(Mds.contiguous(spec.withShape(moved)));
      StridedSpace space = Spaces.copy(moved, permuted(layout, order));
      b.call(s -> Kernels.copyStrided(bytes, space, s[0], s[1]), b.plainInput(0), copy);
      Split split = Split.around(moved.dims(), moved.rank() - axes.size(), moved.rank());
      return new Gathered(copy, split, order, shape, bytes);
    }

    /** Brings a result of the new order back to the old one. */
    void scatter(PlanBuilder b, Operand from, Operand to) {
      Shape moved = permuted(shape, order);
      Layout.Strided target = permuted(Layout.Strided.contiguous(shape.dims()), order);
      StridedSpace space = Spaces.copy(moved, Layout.Strided.contiguous(moved.dims()), 0, target);
      b.call(s -> Kernels.copyStrided(bytes, space, s[0], s[1]), from, to);
    }

    private static int[] last(int rank, List<Integer> axes) {
      int[] order = new int[rank];
      int kept = 0;
      int reduced = rank - axes.size();
      for (int i = 0; i < rank; i++) {
        order[axes.contains(i) ? reduced++ : kept++] = i;
      }
      return order;
    }

    private static Shape permuted(Shape shape, int[] order) {
      long[] dims = new long[order.length];
      for (int i = 0; i < order.length; i++) {
        dims[i] = shape.dim(order[i]);
      }
      return Shape.of(dims);
    }

    private static Layout.Strided permuted(Layout.Strided layout, int[] order) {
      long[] strides = new long[order.length];
      for (int i = 0; i < order.length; i++) {
        strides[i] = layout.stride(order[i]);
      }
      return Layout.Strided.of(strides);
    }
  }
}
