package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.PreluKernels;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Prelu;
import dev.balboa.nn.op.PreluBackward;
import dev.balboa.nn.op.Shape;

/**
 * The rectifier with a slope per channel, through the kernels: oneDNN's adds up the gradient of the
 * weight in an order that depends on the threads.
 */
final class PreluOps {
  private PreluOps() {}

  static void forward(PlanBuilder b, Prelu op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Split s = split(b);
    b.call(
        m -> PreluKernels.forward(type, s.outer(), s.n(), s.inner(), m[0], m[1], m[2]),
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0));
  }

  static void backward(PlanBuilder b, PreluBackward op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    KernelKinds.Type type = Kinds.of(b.spec(0).dtype());
    Split s = split(b);
    b.call(
        m -> PreluKernels.backward(type, s.outer(), s.n(), s.inner(), m[0], m[1], m[2], m[3], m[4]),
        b.denseInput(0),
        b.denseInput(1),
        b.denseInput(2),
        b.denseOutput(0),
        b.denseOutput(1));
  }

  /** Around the channels; a single weight has one channel of everything. */
  private static Split split(PlanBuilder b) {
    Shape x = b.spec(0).shape();
    return b.spec(1).shape().dim(0) == 1 ? new Split(1, 1, x.size()) : Split.around(x.dims(), 1, 2);
  }
}
