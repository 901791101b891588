package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.IndexGeometry;
import dev.balboa.bindings.IndexKernels;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.backend.DataErrors;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Gather;
import dev.balboa.nn.op.IndexAdd;
import dev.balboa.nn.op.IndexOp;
import dev.balboa.nn.op.IndexSelect;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Positions;
import dev.balboa.nn.op.Scatter;
import dev.balboa.nn.op.ScatterAdd;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.function.LongUnaryOperator;

/** Picks and places elements by index, through the kernels. */
final class IndexOps {
  private IndexOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, IndexOp op) {
    switch (op) {
      case Gather o -> gather(b, o);
      case Scatter o -> scatter(b, o);
      case ScatterAdd o -> scatterAdd(b, o);
      case IndexSelect o -> indexSelect(b, o);
      case IndexAdd o -> indexAdd(b, o);
      case Positions o -> positions(b, o);
    }
  }

  private static IndexGeometry geometry(int axis, Shape whole, Shape indices) {
    return IndexGeometry.of(axis, whole.dims(), indices.dims());
  }

  private static void gather(PlanBuilder b, Gather op) {
    int bytes = b.spec(0).dtype().bytes();
    KernelKinds.Type type = Kinds.of(b.spec(1).dtype());
    IndexGeometry geometry = geometry(op.axis(), b.spec(0).shape(), b.spec(1).shape());
    b.call(
        checked(
            op,
            type,
            1,
            geometry.count(),
            geometry.size(),
            s -> IndexKernels.gather(bytes, geometry, type, s[1], s[0], s[2])),
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0));
  }

  private static void scatter(PlanBuilder b, Scatter op) {
    TensorSpec x = b.spec(0);
    int bytes = x.dtype().bytes();
    KernelKinds.Type type = Kinds.of(b.spec(1).dtype());
    IndexGeometry geometry = geometry(op.axis(), x.shape(), b.spec(1).shape());
    Operand out = copied(b, 0);
    b.call(
        checked(
            op,
            type,
            0,
            geometry.count(),
            geometry.size(),
            s -> IndexKernels.scatter(bytes, geometry, type, s[0], s[1], s[2])),
        b.denseInput(1),
        b.denseInput(2),
        out);
  }

  /** The output as a copy of input {@code i}. */
  private static Operand copied(PlanBuilder b, int i) {
    TensorSpec x = b.spec(i);
    Operand out = b.denseOutput(0);
    StridedSpace space = Spaces.copy(x.shape(), b.plainLayout(i));
    b.call(s -> Kernels.copyStrided(x.dtype().bytes(), space, s[0], s[1]), b.plainInput(i), out);
    return out;
  }

  /** The output with what is added to: the third input, or zeros. */
  private static Operand base(PlanBuilder b) {
    if (b.inputs() == 3) {
      return copied(b, 2);
    }
    TensorSpec y = b.outputSpec(0);
    Operand out = b.denseOutput(0);
    b.call(s -> Kernels.fill(y.dtype().bytes(), y.shape().size(), 0, s[0]), out);
    return out;
  }

  private static void scatterAdd(PlanBuilder b, ScatterAdd op) {
    DType dtype = b.spec(1).dtype();
    KernelKinds.Type sums = Kinds.of(dtype);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    IndexGeometry geometry = geometry(op.axis(), op.shape(), b.spec(0).shape());
    Operand out = base(b);
    b.call(
        checked(
            op,
            type,
            0,
            geometry.count(),
            geometry.size(),
            s -> IndexKernels.scatterAdd(sums, geometry, type, s[0], s[1], s[2])),
        b.denseInput(0),
        b.denseInput(1),
        out);
  }

  private static void indexSelect(PlanBuilder b, IndexSelect op) {
    TensorSpec x = b.spec(0);
    int bytes = x.dtype().bytes();
    KernelKinds.Type type = Kinds.of(b.spec(1).dtype());
    Split a = Split.around(x.shape().dims(), op.axis(), op.axis() + 1);
    long count = b.spec(1).shape().size();
    b.call(
        checked(
            op,
            type,
            1,
            count,
            a.n(),
            s ->
                IndexKernels.gatherRows(
                    bytes, a.outer(), a.n(), a.inner(), count, type, s[1], s[0], s[2])),
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0));
  }

  private static void indexAdd(PlanBuilder b, IndexAdd op) {
    DType dtype = b.spec(1).dtype();
    KernelKinds.Type sums = Kinds.of(dtype);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Shape out = b.outputSpec(0).shape();
    Split a = Split.around(out.dims(), op.axis(), op.axis() + 1);
    long count = b.spec(0).shape().size();
    Operand y = base(b);
    b.call(
        checked(
            op,
            type,
            0,
            count,
            a.n(),
            s ->
                IndexKernels.scatterAddRows(
                    sums, a.outer(), a.n(), a.inner(), count, type, s[0], s[1], s[2])),
        b.denseInput(0),
        b.denseInput(1),
        y);
  }

  private static void positions(PlanBuilder b, Positions op) {
    long[] dims = b.spec(0).shape().dims();
    StridedSpace space = StridedSpace.of(dims, StridedSpace.Operand.contiguous(dims));
    b.call(
        s -> {
          long there = IndexKernels.positions(space, s[0], op.count(), s[1]);
          if (there != op.count()) {
            throw DataErrors.count(op.name(), op.count(), there);
          }
        },
        b.denseInput(0),
        b.denseOutput(0));
  }

  /**
   * A kernel that checks the indices in buffer {@code at} itself, with a message for users.
   *
   * @param count how many indices there are
   * @param size what they are into
   */
  static Step checked(Op op, KernelKinds.Type type, int at, long count, long size, Step kernel) {
    return checked(op, type, at, count, LongUnaryOperator.identity(), size, kernel);
  }

  /**
   * The same of indices that may lie in another order.
   *
   * @param offset where each index in row-major order lies
   */
  static Step checked(
      Op op,
      KernelKinds.Type type,
      int at,
      long count,
      LongUnaryOperator offset,
      long size,
      Step kernel) {
    return s -> {
      try {
        kernel.run(s);
      } catch (IndexOutOfBoundsException e) {
        for (long i = 0; i < count; i++) {
          long index = IndexKernels.at(type, s[at], offset.applyAsLong(i));
          if (index < -size || index >= size) {
            throw DataErrors.index(op.name(), index, i, size);
          }
        }
        throw e;
      }
    };
  }
}
