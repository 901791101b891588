package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Arg;
import dev.balboa.bindings.InnerProduct;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.bindings.PropKind;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Linear;

/**
 * A linear map through oneDNN's inner product on weights in the blocks that it asks for, with bias
 * and activation inside. Packing costs as much as a product of a few rows, so it is for weights
 * that stay as they are; others go through OpenBLAS as they lie.
 */
final class PackedLinear {
  private PackedLinear() {}

  /** Whether the operation can be computed so. */
  static boolean serves(PlanBuilder b, Linear op) {
    return b.spec(0).dtype() == DType.F32
        && !op.residual()
        && b.spec(0).shape().size() > 0
        && b.spec(1).shape().size() > 0;
  }

  /** The layout that weights are packed into. */
  static Layout weights(PlanBuilder b, Linear op) {
    try (PrimitiveDesc desc = b.describe(() -> describe(b, op))) {
      return Mds.layout(b.spec(1), desc.weightsMd());
    }
  }

  static void plan(PlanBuilder b, Linear op) {
    boolean bias = op.hasBias(b.inputs());
    try (PrimitiveDesc desc = b.describe(() -> describe(b, op))) {
      Operand x = b.denseInput(0);
      Operand src = new Operand(x.place(), x.index(), desc.srcMd());
      Operand weights = b.input(1, desc.weightsMd());
      Operand y = b.denseOutput(0);
      Operand dst = new Operand(y.place(), y.index(), desc.dstMd());
      if (bias) {
        int[] args = {Arg.SRC, Arg.WEIGHTS, Arg.BIAS, Arg.DST};
        b.primitive(desc, args, src, weights, b.denseInput(2), dst);
      } else {
        b.primitive(desc, new int[] {Arg.SRC, Arg.WEIGHTS, Arg.DST}, src, weights, dst);
      }
    }
  }

  private static PrimitiveDesc describe(PlanBuilder b, Linear op) {
    long n = b.spec(1).shape().dim(0);
    long k = b.spec(1).shape().dim(1);
    long m = b.spec(0).shape().size() / k;
    boolean bias = op.hasBias(b.inputs());
    return InnerProduct.forward(
        PropKind.FORWARD_INFERENCE,
        MemoryDesc.contiguous(Mds.type(DType.F32), m, k),
        Mds.any(b.spec(1)),
        bias ? MemoryDesc.contiguous(Mds.type(DType.F32), n) : MemoryDesc.none(),
        MemoryDesc.contiguous(Mds.type(DType.F32), m, n),
        ConvolutionOps.activated(b.attr(), op.activation()));
  }
}
