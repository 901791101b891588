package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.ReductionKernels;
import dev.balboa.nn.backend.DataErrors;
import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.CrossEntropyBackward;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LossOp;
import dev.balboa.nn.op.OneHot;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Losses through the kernels. */
final class LossOps {
  private LossOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, LossOp op) {
    switch (op) {
      case CrossEntropy o -> crossEntropy(b, o);
      case CrossEntropyBackward o -> crossEntropyBackward(b, o);
      case OneHot o -> oneHot(b, o);
    }
  }

  static void crossEntropy(PlanBuilder b, CrossEntropy op) {
    Unsupported.unless(b, op, DType.F32);
    long rows = b.spec(0).shape().dim(0);
    long classes = b.spec(0).shape().dim(1);
    KernelKinds.Reduction reduction = Kinds.of(op.reduction());
    b.call(
        s ->
            checked(
                op.name(),
                s[1],
                rows,
                classes,
                () -> ReductionKernels.crossEntropy(rows, classes, s[0], s[1], reduction, s[2])),
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0));
  }

  static void crossEntropyBackward(PlanBuilder b, CrossEntropyBackward op) {
    Unsupported.unless(b, op, DType.F32);
    long rows = b.spec(0).shape().dim(0);
    long classes = b.spec(0).shape().dim(1);
    KernelKinds.Reduction reduction = Kinds.of(op.reduction());
    b.call(
        s ->
            checked(
                op.name(),
                s[1],
                rows,
                classes,
                () ->
                    ReductionKernels.crossEntropyBackward(
                        rows, classes, s[0], s[1], reduction, s[2], s[3])),
        b.denseInput(0),
        b.denseInput(1),
        b.denseInput(2),
        b.denseOutput(0));
  }

  static void oneHot(PlanBuilder b, OneHot op) {
    if (op.dtype() != DType.F32) {
      throw new UnsupportedOperationException(
          "one_hot: the native backend makes F32, got " + op.dtype());
    }
    long rows = b.spec(0).shape().size();
    b.call(
        s ->
            checked(
                op.name(),
                s[0],
                rows,
                op.depth(),
                () -> ReductionKernels.oneHot(rows, op.depth(), s[0], s[1])),
        b.denseInput(0),
        b.denseOutput(0));
  }

  /** Runs a kernel that checks its labels, and names the first bad one. */
  private static void checked(
      String op, MemorySegment labels, long rows, long classes, Runnable kernel) {
    try {
      kernel.run();
    } catch (IndexOutOfBoundsException e) {
      for (long row = 0; row < rows; row++) {
        int label = labels.getAtIndex(ValueLayout.JAVA_INT, row);
        if (label < 0 || label >= classes) {
          throw DataErrors.label(op, label, row, classes);
        }
      }
      throw e;
    }
  }
}
