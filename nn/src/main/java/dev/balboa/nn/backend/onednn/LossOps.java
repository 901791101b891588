package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.LossKernels;
import dev.balboa.bindings.PointwiseLossKernels;
import dev.balboa.bindings.ReductionKernels;
import dev.balboa.nn.backend.DataErrors;
import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.CrossEntropyBackward;
import dev.balboa.nn.op.Ctc;
import dev.balboa.nn.op.CtcBackward;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LossOp;
import dev.balboa.nn.op.MultiMargin;
import dev.balboa.nn.op.MultiMarginBackward;
import dev.balboa.nn.op.Nll;
import dev.balboa.nn.op.NllBackward;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.PointwiseLoss;
import dev.balboa.nn.op.PointwiseLossBackward;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Losses through the kernels. */
final class LossOps {
  private LossOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, LossOp op) {
    switch (op) {
      case CrossEntropy o -> crossEntropy(b, o);
      case CrossEntropyBackward o -> crossEntropyBackward(b, o);
      case Nll o -> nll(b, o);
      case NllBackward o -> nllBackward(b, o);
      case MultiMargin o -> multiMargin(b, o);
      case MultiMarginBackward o -> multiMarginBackward(b, o);
      case PointwiseLoss o -> pointwise(b, o);
      case PointwiseLossBackward o -> pointwiseBackward(b, o);
      case Ctc o -> ctc(b, o);
      case CtcBackward o -> ctcBackward(b, o);
      case OneHot o -> oneHot(b, o);
    }
  }

  private static void crossEntropy(PlanBuilder b, CrossEntropy op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    LossKernels.Labelled c =
        labelled(
            b.spec(0), b.spec(1), b.inputs() > 2, op.smoothing(), op.ignored(), op.reduction());
    b.call(
        checked(
            op.name(), 1, c, s -> LossKernels.crossEntropy(c, s[0], s[1], s[2], s[s.length - 1])),
        operands(b));
  }

  private static void crossEntropyBackward(PlanBuilder b, CrossEntropyBackward op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    CrossEntropy f = op.forward();
    LossKernels.Labelled c =
        labelled(b.spec(0), b.spec(1), b.inputs() > 3, f.smoothing(), f.ignored(), f.reduction());
    b.call(
        checked(
            op.name(),
            1,
            c,
            s -> LossKernels.crossEntropyBackward(c, s[0], s[1], s[3], s[2], s[s.length - 1])),
        operands(b));
  }

  private static void nll(PlanBuilder b, Nll op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    LossKernels.Labelled c =
        labelled(b.spec(0), b.spec(1), b.inputs() > 2, 0, op.ignored(), op.reduction());
    b.call(
        checked(op.name(), 1, c, s -> LossKernels.nll(c, s[0], s[1], s[2], s[s.length - 1])),
        operands(b));
  }

  private static void nllBackward(PlanBuilder b, NllBackward op) {
    Nll f = op.forward();
    LossKernels.Labelled c =
        labelled(b.outputSpec(0), b.spec(0), b.inputs() > 2, 0, f.ignored(), f.reduction());
    b.call(
        checked(
            op.name(), 0, c, s -> LossKernels.nllBackward(c, s[0], s[2], s[1], s[s.length - 1])),
        operands(b));
  }

  private static void multiMargin(PlanBuilder b, MultiMargin op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    LossKernels.Labelled c = margins(b, op);
    b.call(
        checked(
            op.name(),
            1,
            c,
            s -> LossKernels.multiMargin(c, op.margin(), op.p(), s[0], s[1], s[2])),
        operands(b));
  }

  private static void multiMarginBackward(PlanBuilder b, MultiMarginBackward op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    MultiMargin f = op.forward();
    LossKernels.Labelled c = margins(b, f);
    b.call(
        checked(
            op.name(),
            1,
            c,
            s -> LossKernels.multiMarginBackward(c, f.margin(), f.p(), s[0], s[1], s[2], s[3])),
        operands(b));
  }

  /** Every label counts. */
  private static LossKernels.Labelled margins(PlanBuilder b, MultiMargin op) {
    return labelled(b.spec(0), b.spec(1), false, 0, Long.MIN_VALUE, op.reduction());
  }

  private static void pointwise(PlanBuilder b, PointwiseLoss op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    PointwiseLossKernels kernel = pointwiseKernel(b, op);
    b.call(s -> kernel.forward(s[0], s[1], s[2]), operands(b));
  }

  private static void pointwiseBackward(PlanBuilder b, PointwiseLossBackward op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    PointwiseLossKernels kernel = pointwiseKernel(b, op.forward());
    List<Operand> all = new ArrayList<>(List.of(operands(b)));
    if (op.target()) {
      all.add(b.denseOutput(1));
    }
    b.call(
        s -> kernel.backward(s[0], s[1], s[2], s[3], op.target() ? s[4] : MemorySegment.NULL),
        all.toArray(Operand[]::new));
  }

  private static PointwiseLossKernels pointwiseKernel(PlanBuilder b, PointwiseLoss op) {
    return new PointwiseLossKernels(
        Kinds.of(b.spec(0).dtype()),
        KernelKinds.PointwiseLoss.valueOf(op.kind().name()),
        op.parameter(),
        Kinds.of(op.reduction()),
        b.spec(0).shape().size());
  }

  /** All inputs, dense, then the output. */
  private static Operand[] operands(PlanBuilder b) {
    List<Operand> all = new ArrayList<>();
    for (int i = 0; i < b.inputs(); i++) {
      all.add(b.denseInput(i));
    }
    all.add(b.denseOutput(0));
    return all.toArray(Operand[]::new);
  }

  private static LossKernels.Labelled labelled(
      TensorSpec scores,
      TensorSpec labels,
      boolean weighted,
      double smoothing,
      long ignored,
      Reduction reduction) {
    Shape shape = scores.shape();
    return new LossKernels.Labelled(
        Kinds.of(scores.dtype()),
        Kinds.of(labels.dtype()),
        shape.dim(0),
        shape.dim(1),
        shape.slice(2, shape.rank()).size(),
        weighted,
        smoothing,
        ignored,
        Kinds.of(reduction));
  }

  /**
   * Runs a kernel that checks its labels, which are in buffer {@code at}, and names the first bad
   * one.
   */
  private static Step checked(String op, int at, LossKernels.Labelled c, Step kernel) {
    return s -> {
      try {
        kernel.run(s);
      } catch (IndexOutOfBoundsException e) {
        checkLabels(op, s[at], c);
        throw e;
      }
    };
  }

  private static void checkLabels(String op, MemorySegment labels, LossKernels.Labelled c) {
    for (long row = 0; row < c.outer() * c.inner(); row++) {
      long label =
          c.labelType() == KernelKinds.Type.I64
              ? labels.getAtIndex(ValueLayout.JAVA_LONG, row)
              : labels.getAtIndex(ValueLayout.JAVA_INT, row);
      if (label != c.ignored() && (label < 0 || label >= c.classes())) {
        throw DataErrors.label(op, label, row, c.classes());
      }
    }
  }

  private static void ctc(PlanBuilder b, Ctc op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    LossKernels.Alignment a = alignment(b, op);
    Operand work = work(b, a.forwardWork());
    b.call(
        s -> {
          checkAlignment(op.name(), a, s);
          LossKernels.ctc(a, s[0], s[1], s[2], s[3], s[4], s[5]);
        },
        b.denseInput(0),
        b.denseInput(1),
        b.denseInput(2),
        b.denseInput(3),
        work,
        b.denseOutput(0));
  }

  private static void ctcBackward(PlanBuilder b, CtcBackward op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    LossKernels.Alignment a = alignment(b, op.forward());
    Operand work = work(b, a.backwardWork());
    b.call(
        s -> {
          checkAlignment(op.name(), a, s);
          LossKernels.ctcBackward(a, s[0], s[1], s[2], s[3], s[4], s[5], s[6]);
        },
        b.denseInput(0),
        b.denseInput(1),
        b.denseInput(2),
        b.denseInput(3),
        b.denseInput(4),
        work,
        b.denseOutput(0));
  }

  private static Operand work(PlanBuilder b, long numbers) {
    return b.scratch(Mds.contiguous(new TensorSpec(Shape.of(numbers), DType.F64)));
  }

  private static LossKernels.Alignment alignment(PlanBuilder b, Ctc op) {
    Shape x = b.spec(0).shape();
    return new LossKernels.Alignment(
        Kinds.of(b.spec(0).dtype()),
        x.dim(0),
        x.dim(1),
        x.dim(2),
        b.spec(1).shape().dim(1),
        op.blank(),
        op.zeroInfinity());
  }

  private static void checkAlignment(String op, LossKernels.Alignment a, MemorySegment[] s) {
    DataErrors.checkAlignment(
        op,
        a.steps(),
        a.classes(),
        a.blank(),
        Math.toIntExact(a.width()),
        ints(s[1], a.batch() * a.width()),
        ints(s[2], a.batch()),
        ints(s[3], a.batch()));
  }

  private static int[] ints(MemorySegment s, long count) {
    return s.asSlice(0, count * Integer.BYTES).toArray(ValueLayout.JAVA_INT);
  }

  private static void oneHot(PlanBuilder b, OneHot op) {
    TensorSpec spec = b.outputSpec(0);
    boolean single = spec.dtype() == DType.F32;
    Operand out = b.denseOutput(0);
    Operand ones = single ? out : b.scratch(Mds.contiguous(spec.withDType(DType.F32)));
    long rows = b.spec(0).shape().size();
    b.call(
        s -> {
          try {
            ReductionKernels.oneHot(rows, op.depth(), s[0], s[1]);
          } catch (IndexOutOfBoundsException e) {
            for (long row = 0; row < rows; row++) {
              int label = s[0].getAtIndex(ValueLayout.JAVA_INT, row);
              if (label < 0 || label >= op.depth()) {
                throw DataErrors.label(op.name(), label, row, op.depth());
              }
            }
            throw e;
          }
        },
        b.denseInput(0),
        ones);
    if (!single) {
      KernelKinds.Type type = Kinds.of(spec.dtype());
      long n = spec.shape().size();
      b.call(s -> Kernels.cast(n, KernelKinds.Type.F32, s[0], type, s[1]), ones, out);
    }
  }
}
