package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AlgKind;
import dev.balboa.bindings.Arg;
import dev.balboa.bindings.InnerProduct;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.bindings.PropKind;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Linear;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear map through oneDNN's inner product on weights in the blocks that it asks for, or where
 * that is faster through {@link PanelProducts}, with bias, residual and activation inside. Packing
 * costs as much as a product of a few rows, so it is for weights that stay as they are; others are
 * read as they lie.
 */
final class PackedLinear {
  private PackedLinear() {}

  /** Whether the operation can be computed so. */
  static boolean serves(PlanBuilder b) {
    DType dtype = b.spec(0).dtype();
    return (dtype == DType.F32 || dtype == DType.BF16)
        && b.spec(0).shape().size() > 0
        && b.spec(1).shape().size() > 0;
  }

  /** Says into what weights that stay could be packed. */
  static void offer(PlanBuilder b, Linear op) {
    if (serves(b)) {
      b.wishes().packs(layouts -> layouts.set(1, weights(b, op)));
    }
  }

  private static Layout weights(PlanBuilder b, Linear op) {
    if (PanelProducts.serves(b, op)) {
      return PanelProducts.weights(b.spec(1));
    }
    try (PrimitiveDesc desc = b.describe(() -> describe(b, op))) {
      return Mds.layout(b.spec(1), desc.weightsMd());
    }
  }

  static void plan(PlanBuilder b, Linear op) {
    if (PanelProducts.serves(b, op)) {
      PanelProducts.plan(b, op);
      return;
    }
    try (PrimitiveDesc desc = b.describe(() -> describe(b, op))) {
      Operand x = b.denseInput(0);
      Operand src = new Operand(x.place(), x.index(), desc.srcMd());
      Operand weights = b.input(1, desc.weightsMd());
      Operand bias = op.hasBias(b.inputs()) ? b.denseInput(2) : null;
      Operand y = b.denseOutput(0);
      Operand dst = new Operand(y.place(), y.index(), desc.dstMd());
      primitive(b, op, desc, src, weights, bias, dst);
    }
  }

  private static PrimitiveDesc describe(PlanBuilder b, Linear op) {
    long n = b.spec(1).shape().dim(0);
    long k = b.spec(1).shape().dim(1);
    long m = b.spec(0).shape().size() / k;
    var type = Mds.type(b.spec(0).dtype());
    MemoryDesc dst = MemoryDesc.contiguous(type, m, n);
    return InnerProduct.forward(
        PropKind.FORWARD_INFERENCE,
        MemoryDesc.contiguous(type, m, k),
        Mds.any(b.spec(1)),
        op.hasBias(b.inputs()) ? MemoryDesc.contiguous(type, n) : MemoryDesc.none(),
        dst,
        attr(b, op, dst));
  }

  /** What follows the product: the residual, which lies like the result, and the activation. */
  static PrimitiveAttr attr(PlanBuilder b, Linear op, MemoryDesc dst) {
    PrimitiveAttr.Builder attr = b.attr();
    if (op.residual()) {
      attr.postBinary(AlgKind.BINARY_ADD, dst);
    }
    return ConvolutionOps.activated(attr, op.activation());
  }

  /** Adds a product with what follows it; {@code bias} may be {@code null}. */
  static void primitive(
      PlanBuilder b,
      Linear op,
      PrimitiveDesc desc,
      Operand src,
      Operand weights,
      Operand bias,
      Operand dst) {
    List<Integer> args = new ArrayList<>(List.of(Arg.SRC, Arg.WEIGHTS, Arg.DST));
    List<Operand> operands = new ArrayList<>(List.of(src, weights, dst));
    if (bias != null) {
      args.add(Arg.BIAS);
      operands.add(bias);
    }
    if (op.residual()) {
      Operand residual = b.denseInput(b.inputs() - 1);
      args.add(Arg.postOpSrc1(0));
      operands.add(new Operand(residual.place(), residual.index(), dst.md()));
    }
    b.primitive(
        desc,
        args.stream().mapToInt(Integer::intValue).toArray(),
        operands.toArray(Operand[]::new));
    Eltwises.finish(b, op.activation(), dst);
  }
}
