package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AlgKind;
import dev.balboa.bindings.Arg;
import dev.balboa.bindings.Deconvolution;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.bindings.PropKind;
import dev.balboa.nn.op.ConvTranspose;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;

/**
 * Transposed convolution through oneDNN's deconvolution, which adds the bias and applies the
 * activation itself.
 */
final class ConvTransposeOps {
  private ConvTransposeOps() {}

  static void forward(PlanBuilder b, ConvTranspose op) {
    TensorSpec x = b.spec(0);
    TensorSpec y = b.outputSpec(0);
    boolean bias = b.inputs() == 3;
    if (x.shape().size() == 0) {
      Operand out = b.denseOutput(0);
      ConvolutionOps.onlyBias(b, bias, out);
      ElementwiseOps.activate(b, op.activation(), out);
      return;
    }
    Shape w = b.spec(1).shape();
    MemoryDesc plain = swapped(Mds.contiguous(b.spec(1)), w, op.groups());
    MemoryDesc any = MemoryDesc.any(plain.dataType(), plain.dims());
    MemoryDesc biasMd = bias ? Mds.contiguous(b.spec(2)) : MemoryDesc.none();
    PrimitiveAttr attr = ConvolutionOps.activated(PrimitiveAttr.builder(), op.activation());
    try (PrimitiveDesc desc =
        b.describe(() ->
            Deconvolution.forward(
                PropKind.FORWARD_TRAINING,
                AlgKind.DECONVOLUTION_DIRECT,
                Mds.any(x),
                any,
                biasMd,
                Mds.any(y),
                Windows.of(op.window()),
                attr))) {
      Operand src = b.input(0, desc.srcMd());
      Operand dense = b.denseInput(1);
      Operand weights =
          b.reordered(new Operand(dense.place(), dense.index(), plain), desc.weightsMd());
      Operand dst = b.output(0, desc.dstMd());
      if (bias) {
        b.primitive(
            desc,
            new int[] {Arg.SRC, Arg.WEIGHTS, Arg.BIAS, Arg.DST},
            src,
            weights,
            b.denseInput(2),
            dst);
      } else {
        b.primitive(desc, new int[] {Arg.SRC, Arg.WEIGHTS, Arg.DST}, src, weights, dst);
      }
      Eltwises.finish(b, op.activation(), dst);
    }
  }

  /** Row-major weights [C, O/groups, ...] seen as oneDNN wants them: [groups,] O, C, ... */
  private static MemoryDesc swapped(MemoryDesc weights, Shape w, int groups) {
    MemoryDesc grouped =
        groups == 1 ? weights : weights.reshape(ConvolutionOps.groupedDims(w, groups));
    int[] order = new int[grouped.ndims()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int first = groups == 1 ? 0 : 1;
    order[first] = first + 1;
    order[first + 1] = first;
    return grouped.permute(order);
  }
}
