package dev.balboa.nn.backend.onednn;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Op;
import java.util.Arrays;

/** Refuses what the native backend does not compute. */
final class Unsupported {
  private Unsupported() {}

  /**
   * Refuses an operation unless its first input, or failing that its output, has one of these
   * types.
   */
  static void unless(PlanBuilder b, Op op, DType... types) {
    DType got = b.inputs() > 0 ? b.spec(0).dtype() : b.outputSpec(0).dtype();
    if (!Arrays.asList(types).contains(got)) {
      throw new UnsupportedOperationException(
          op.name()
              + ": the native backend computes "
              + Arrays.toString(types)
              + ", got "
              + b.describeInputs()
              + "; the reference backend has every type");
    }
  }
}
