package dev.balboa.nn.backend.onednn;

import dev.balboa.nn.op.BatchNormBackward;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.BatchNormTraining;
import dev.balboa.nn.op.NormalizationOp;

/** Which class plans which normalisation. */
final class NormalizationOps {
  private NormalizationOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, NormalizationOp op) {
    switch (op) {
      case BatchNormTraining o -> BatchNormOps.training(b, o);
      case BatchNormInference o -> BatchNormOps.inference(b, o);
      case BatchNormBackward o -> BatchNormOps.backward(b, o);
    }
  }
}
