package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Arg;
import dev.balboa.bindings.BatchNormalization;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.NormFlags;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.bindings.PropKind;
import dev.balboa.nn.op.BatchNormBackward;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.BatchNormTraining;

/** Batch normalisation through oneDNN, in the layout that the input comes in. */
final class BatchNormOps {
  private static final int SCALE_SHIFT = NormFlags.USE_SCALE | NormFlags.USE_SHIFT;

  private BatchNormOps() {}

  static void training(PlanBuilder b, BatchNormTraining op) {
    Operand src = b.input(0);
    try (PrimitiveDesc desc =
        b.describe(() -> forward(PropKind.FORWARD_TRAINING, src.md(), op.epsilon(), SCALE_SHIFT))) {
      b.primitive(
          desc,
          new int[] {Arg.SRC, Arg.SCALE, Arg.SHIFT, Arg.DST, Arg.MEAN, Arg.VARIANCE},
          src,
          b.denseInput(1),
          b.denseInput(2),
          b.output(0, desc.dstMd()),
          b.denseOutput(1),
          b.denseOutput(2));
    }
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
    Operand src = b.input(0);
    try (PrimitiveDesc hint =
            b.describe(
                () -> forward(PropKind.FORWARD_TRAINING, src.md(), op.epsilon(), SCALE_SHIFT));
        PrimitiveDesc desc =
            b.describe(() ->
                BatchNormalization.backward(
                    PropKind.BACKWARD,
                    src.md(),
                    src.md(),
                    src.md(),
                    (float) op.epsilon(),
                    SCALE_SHIFT,
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
