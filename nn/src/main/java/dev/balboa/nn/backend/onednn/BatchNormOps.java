package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AlgKind;
import dev.balboa.bindings.Arg;
import dev.balboa.bindings.BatchNormalization;
import dev.balboa.bindings.Binary;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.NormFlags;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.bindings.PropKind;
import dev.balboa.nn.op.BatchNormBackward;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.BatchNormTraining;
import java.util.ArrayList;
import java.util.List;

/** Batch normalisation through oneDNN, in the layout that the input comes in. */
final class BatchNormOps {
  private static final int SCALE_SHIFT = NormFlags.USE_SCALE | NormFlags.USE_SHIFT;

  private BatchNormOps() {}

  static void training(PlanBuilder b, BatchNormTraining op) {
    Operand src = b.input(0);
    boolean relu = op.relu() && !op.residual();
    int flags = relu ? SCALE_SHIFT | NormFlags.FUSE_NORM_RELU : SCALE_SHIFT;
    try (PrimitiveDesc desc =
        b.describe(() -> forward(PropKind.FORWARD_TRAINING, src.md(), op.epsilon(), flags))) {
      Operand dst = b.output(0, desc.dstMd());
      List<Integer> args =
          new ArrayList<>(List.of(Arg.SRC, Arg.SCALE, Arg.SHIFT, Arg.DST, Arg.MEAN, Arg.VARIANCE));
      List<Operand> operands =
          new ArrayList<>(
              List.of(
                  src, b.denseInput(1), b.denseInput(2), dst, b.denseOutput(1), b.denseOutput(2)));
      if (relu) { // the derivative starts from the output and has no use for the mask
        args.add(Arg.WORKSPACE);
        operands.add(b.scratch(desc.workspaceMd()));
      }
      b.primitive(
          desc,
          args.stream().mapToInt(Integer::intValue).toArray(),
          operands.toArray(Operand[]::new));
      if (op.residual()) {
        addResidual(b, dst, op.relu());
      }
    }
  }

  /** Adds input 3 to {@code dst} in place, then max(., 0) if told. */
  private static void addResidual(PlanBuilder b, Operand dst, boolean relu) {
    MemoryDesc md = dst.md();
    PrimitiveAttr.Builder attr = PrimitiveAttr.builder();
    PrimitiveAttr activated = (relu ? attr.postEltwise(AlgKind.ELTWISE_RELU, 0, 0) : attr).build();
    b.primitive(
        () -> Binary.create(AlgKind.BINARY_ADD, md, md, md, activated),
        new int[] {Arg.SRC_0, Arg.SRC_1, Arg.DST},
        dst,
        b.input(3, md),
        dst);
  }

  static void inference(PlanBuilder b, BatchNormInference op) {
    Operand src = b.input(0);
    int flags = SCALE_SHIFT | NormFlags.USE_GLOBAL_STATS;
    try (PrimitiveDesc desc =
        b.describe(() -> forward(PropKind.FORWARD_INFERENCE, src.md(), op.epsilon(), flags))) {
      b.primitive(
          desc,
          new int[] {Arg.SRC, Arg.SCALE, Arg.SHIFT, Arg.MEAN, Arg.VARIANCE, Arg.DST},
          src,
          b.denseInput(1),
          b.denseInput(2),
          b.denseInput(3),
          b.denseInput(4),
          b.output(0, desc.dstMd()));
    }
  }

  static void backward(PlanBuilder b, BatchNormBackward op) {
    if (b.spec(0).shape().size() == 0) {
      for (int i = 0; i < b.outputs(); i++) {
        b.zeros(i);
      }
      return;
    }
    int flags = op.given() ? SCALE_SHIFT | NormFlags.USE_GLOBAL_STATS : SCALE_SHIFT;
    Operand src = b.input(0);
    try (PrimitiveDesc hint =
            b.describe(() -> forward(PropKind.FORWARD_TRAINING, src.md(), op.epsilon(), flags));
        PrimitiveDesc desc =
            b.describe(() ->
                BatchNormalization.backward(
                    PropKind.BACKWARD,
                    src.md(),
                    src.md(),
                    src.md(),
                    (float) op.epsilon(),
                    flags,
                    hint,
                    PrimitiveAttr.defaults()))) {
      b.primitive(
          desc,
          new int[] {
            Arg.SRC,
            Arg.SCALE,
            Arg.MEAN,
            Arg.VARIANCE,
            Arg.DIFF_DST,
            Arg.DIFF_SRC,
            Arg.DIFF_SCALE,
            Arg.DIFF_SHIFT
          },
          src,
          b.denseInput(1),
          b.denseInput(2),
          b.denseInput(3),
          b.input(4, desc.diffDstMd()),
          b.output(0, desc.diffSrcMd()),
          b.denseOutput(1),
          b.denseOutput(2));
    }
  }

  private static PrimitiveDesc forward(PropKind prop, MemoryDesc src, double epsilon, int flags) {
    return BatchNormalization.forward(
        prop, src, src, (float) epsilon, flags, PrimitiveAttr.defaults());
  }
}
