package dev.balboa.nn.backend.onednn;

import dev.balboa.nn.op.BatchNormBackward;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.BatchNormTraining;
import dev.balboa.nn.op.GroupNorm;
import dev.balboa.nn.op.GroupNormBackward;
import dev.balboa.nn.op.LayerNorm;
import dev.balboa.nn.op.LayerNormBackward;
import dev.balboa.nn.op.LocalResponseNorm;
import dev.balboa.nn.op.LocalResponseNormBackward;
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
      case LayerNorm o -> RowNormOps.layer(b, o);
      case LayerNormBackward o -> RowNormOps.layerBackward(b, o);
      case GroupNorm o -> RowNormOps.group(b, o);
      case GroupNormBackward o -> RowNormOps.groupBackward(b, o);
      case LocalResponseNorm o -> RowNormOps.response(b, o);
      case LocalResponseNormBackward o -> RowNormOps.responseBackward(b, o);
    }
  }
}
