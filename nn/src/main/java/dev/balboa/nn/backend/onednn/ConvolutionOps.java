package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AlgKind;
import dev.balboa.bindings.Arg;
import dev.balboa.bindings.Convolution;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.bindings.PropKind;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvBackwardData;
import dev.balboa.nn.op.ConvBackwardWeights;
import dev.balboa.nn.op.ConvTranspose;
import dev.balboa.nn.op.ConvolutionOp;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Convolution through oneDNN. Every layout is left to the library, except where {@link
 * ChannelsLast} knows better; activations keep the choice from layer to layer, while weights and
 * their gradients, which are small, are row-major outside.
 */
final class ConvolutionOps {
  private static final AlgKind ALG = AlgKind.CONVOLUTION_DIRECT;

  private ConvolutionOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, ConvolutionOp op) {
    switch (op) {
      case Conv o -> forward(b, o);
      case ConvTranspose o -> ConvTransposeOps.forward(b, o);
      case ConvBackwardData o -> backwardData(b, o);
      case ConvBackwardWeights o -> backwardWeights(b, o);
    }
  }

  static void forward(PlanBuilder b, Conv op) {
    if (isEmpty(b, 0) || isEmpty(b, 1)) {
      withoutInput(b, op);
      return;
    }
    boolean channelsLast = b.layout(1) instanceof PackedFilters;
    if (b.layout(1) instanceof PackedFilters filters && PanelProducts.serves(b, op)) {
      PanelProducts.plan(b, op, filters);
      return;
    }
    if (!channelsLast) {
      ChannelsLast.offer(b, op);
    }
    Supplier<PrimitiveDesc> binary =
        () -> describe(b, op, channelsLast, attr(b, op, md(b.outputSpec(0), channelsLast)));
    try (PrimitiveDesc desc = b.describe(binary)) {
      if (!op.residual() || !desc.implInfo().startsWith("ref")) {
        forward(b, op, desc, op.residual());
        return;
      }
    }
    PrimitiveAttr sum = activated(b.attr().postSum(1), op.activation());
    try (PrimitiveDesc desc = b.describe(() -> describe(b, op, channelsLast, sum))) {
      forward(b, op, desc, false);
    }
  }

  /** With this and that attribute; pictures with their channels last, or as oneDNN likes them. */
  private static PrimitiveDesc describe(
      PlanBuilder b, Conv op, boolean channelsLast, PrimitiveAttr attr) {
    return forwardDesc(
        op.window(),
        md(b.spec(0), channelsLast),
        anyWeights(b.spec(0), b.spec(1).shape(), op.groups()),
        op.hasBias(b.inputs()),
        md(b.outputSpec(0), channelsLast),
        attr);
  }

  private static MemoryDesc md(TensorSpec spec, boolean channelsLast) {
    return channelsLast ? Mds.channelsLast(spec) : Mds.any(spec);
  }

  /**
   * What weights are packed into for a convolution of pictures with their channels last; empty if
   * neither our own kernel nor one of oneDNN's on small products (brgemm, and brdgmm of depthwise
   * ones) computes it.
   */
  static Optional<PackedFilters> filters(PlanBuilder b, Conv op) {
    if (PanelProducts.serves(b, op)) {
      return Optional.of(PanelProducts.filters(b.spec(1)));
    }
    PrimitiveAttr attr = attr(b, op, Mds.channelsLast(b.outputSpec(0)));
    try (PrimitiveDesc desc = b.describe(() -> describe(b, op, true, attr))) {
      return desc.implInfo().startsWith("br")
          ? Optional.of(new PackedFilters(desc.weightsMd(), b.spec(1)))
          : Optional.empty();
    }
  }

  /**
   * Runs a forward descriptor. The residual is an operand of a binary post-op, which the primitive
   * reads where it lies; or, since oneDNN's product-based convolution for odd channel counts has
   * none of those, it is copied into the destination, to which the primitive adds.
   */
  private static void forward(PlanBuilder b, Conv op, PrimitiveDesc desc, boolean binary) {
    List<Integer> args = new ArrayList<>(List.of(Arg.SRC, Arg.WEIGHTS));
    List<Operand> operands = new ArrayList<>();
    operands.add(b.input(0, desc.srcMd()));
    operands.add(weights(b, 1, op.groups(), desc.weightsMd()));
    if (op.hasBias(b.inputs())) {
      args.add(Arg.BIAS);
      operands.add(b.denseInput(2));
    }
    int last = b.inputs() - 1;
    Operand dst = b.output(0, desc.dstMd());
    int added = args.size();
    if (binary) {
      args.add(Arg.postOpSrc1(0));
      operands.add(b.input(last, desc.dstMd()));
    } else if (op.residual()) {
      b.reorder(b.input(last), dst);
    }
    args.add(Arg.DST);
    operands.add(dst);
    int[] numbers = args.stream().mapToInt(Integer::intValue).toArray();
    Operand[] all = operands.toArray(Operand[]::new);
    if (binary && addsInPlace(b)) {
      boolean channelsLast = b.layout(1) instanceof PackedFilters;
      PrimitiveAttr sum = activated(b.attr().postSum(1), op.activation());
      try (PrimitiveDesc inPlace = b.describe(() -> describe(b, op, channelsLast, sum))) {
        b.adding(desc, inPlace, numbers, added, added + 1, all);
      }
    } else {
      b.primitive(desc, numbers, all);
    }
    Eltwises.finish(b, op.activation(), dst);
  }

  /**
   * Whether it pays to have a primitive for a residual that the result may overwrite. In F32 and
   * blocks both ways are as fast. Lists of calls for slices have one primitive a call.
   */
  private static boolean addsInPlace(PlanBuilder b) {
    return !b.isOfSlices()
        && (b.layout(1) instanceof PackedFilters || b.spec(0).dtype() == DType.BF16);
  }

  private static boolean isEmpty(PlanBuilder b, int input) {
    return b.spec(input).shape().size() == 0;
  }

  /** Without input, which oneDNN refuses, all that is left is the activated bias and residual. */
  private static void withoutInput(PlanBuilder b, Conv op) {
    TensorSpec y = b.outputSpec(0);
    Operand out = b.denseOutput(0);
    onlyBias(b, op.hasBias(b.inputs()), out);
    if (op.residual()) {
      KernelKinds.Type type = Kinds.of(y.dtype());
      StridedSpace.Operand dense = StridedSpace.Operand.of(0, 1);
      StridedSpace space = StridedSpace.of(new long[] {y.shape().size()}, dense, dense);
      b.call(
          s -> Kernels.binary(type, KernelKinds.Binary.ADD, space, s[1], s[0], s[1]),
          b.denseInput(b.inputs() - 1),
          out);
    }
    ElementwiseOps.activate(b, op.activation(), out);
  }

  /** Fills a dense output with the bias, input 2, or with zeros. */
  static void onlyBias(PlanBuilder b, boolean bias, Operand out) {
    TensorSpec y = b.outputSpec(0);
    if (bias) {
      long[] strides = new long[y.shape().rank()];
      strides[1] = b.plainLayout(2).stride(0);
      StridedSpace space = Spaces.copy(y.shape(), Layout.Strided.of(strides));
      int bytes = y.dtype().bytes();
      b.call(s -> Kernels.copyStrided(bytes, space, s[0], s[1]), b.plainInput(2), out);
    } else {
      b.zeros(0);
    }
  }

  static void backwardData(PlanBuilder b, ConvBackwardData op) {
    TensorSpec dy = b.spec(0);
    TensorSpec dx = b.outputSpec(0);
    Shape w = b.spec(1).shape();
    try (PrimitiveDesc hint = b.describe(() -> hint(b, op.window(), op.groups(), dx, w, dy));
        PrimitiveDesc desc = b.describe(() -> backwardData(b, op, hint))) {
      b.primitive(
          desc,
          new int[] {Arg.DIFF_DST, Arg.WEIGHTS, Arg.DIFF_SRC},
          b.input(0, desc.diffDstMd()),
          weights(b, 1, op.groups(), desc.weightsMd()),
          b.output(0, desc.diffSrcMd()));
    }
  }

  /**
   * In the blocks of the forward convolution where it has them, since all that flows back meets
   * what flowed forward. Left to choose, oneDNN takes strided ones with channels last: they are no
   * faster so, and every sum of gradients further back would be brought into order and out of it.
   */
  private static PrimitiveDesc backwardData(
      PlanBuilder b, ConvBackwardData op, PrimitiveDesc hint) {
    TensorSpec dx = b.outputSpec(0);
    boolean blocks = !hint.srcMd().isPlainStrided() && !hint.dstMd().isPlainStrided();
    return Convolution.backwardData(
        ALG,
        blocks ? hint.srcMd() : Mds.any(dx),
        anyWeights(dx, b.spec(1).shape(), op.groups()),
        blocks ? hint.dstMd() : Mds.any(b.spec(0)),
        Windows.of(op.window()),
        hint,
        b.attr().build());
  }

  static void backwardWeights(PlanBuilder b, ConvBackwardWeights op) {
    if (isEmpty(b, 0) || isEmpty(b, 1)) {
      b.zeros(0);
      if (op.bias()) {
        ReductionOps.sum(b, allButChannels(b.spec(1)), b.spec(1), b.denseInput(1), 1);
      }
      return;
    }
    TensorSpec x = b.spec(0);
    TensorSpec dy = b.spec(1);
    Shape w = op.weightShape();
    MemoryDesc bias = op.bias() ? Mds.contiguous(b.outputSpec(1)) : MemoryDesc.none();
    try (PrimitiveDesc hint = b.describe(() -> hint(b, op.window(), op.groups(), x, w, dy));
        PrimitiveDesc desc =
            b.describe(() ->
                Convolution.backwardWeights(
                    ALG,
                    Mds.any(x),
                    anyWeights(x, w, op.groups()),
                    bias,
                    Mds.any(dy),
                    Windows.of(op.window()),
                    hint,
                    b.attr().build()))) {
      MemoryDesc plain = grouped(Mds.contiguous(b.outputSpec(0)), w, op.groups());
      Operand out =
          b.isOfSlices() && op.groups() == 1
              ? b.output(0, desc.diffWeightsMd())
              : b.denseOutput(0).at(plain);
      boolean direct = Mds.same(desc.diffWeightsMd(), out.md());
      Operand dw = direct ? out : b.scratch(desc.diffWeightsMd());
      Operand src = b.input(0, desc.srcMd());
      Operand diffDst = b.input(1, desc.diffDstMd());
      if (op.bias()) {
        b.primitive(
            desc,
            new int[] {Arg.SRC, Arg.DIFF_DST, Arg.DIFF_WEIGHTS, Arg.DIFF_BIAS},
            src,
            diffDst,
            dw,
            b.denseOutput(1));
      } else {
        b.primitive(desc, new int[] {Arg.SRC, Arg.DIFF_DST, Arg.DIFF_WEIGHTS}, src, diffDst, dw);
      }
      if (!direct) {
        b.unblock(dw, out);
      }
    }
  }

  private static List<Integer> allButChannels(TensorSpec y) {
    return IntStream.range(0, y.shape().rank()).filter(i -> i != 1).boxed().toList();
  }

  private static PrimitiveAttr attr(PlanBuilder b, Conv op, MemoryDesc dst) {
    PrimitiveAttr.Builder attr = b.attr();
    if (op.residual()) {
      attr.postBinary(AlgKind.BINARY_ADD, dst);
    }
    return activated(attr, op.activation());
  }

  static PrimitiveAttr activated(PrimitiveAttr.Builder attr, Activation activation) {
    Eltwises.append(attr, activation);
    return attr.build();
  }

  /** The forward descriptor that oneDNN wants to see before it makes a backward one. */
  private static PrimitiveDesc hint(
      PlanBuilder b, Window window, int groups, TensorSpec x, Shape w, TensorSpec y) {
    MemoryDesc weights = anyWeights(x, w, groups);
    return forwardDesc(window, Mds.any(x), weights, false, Mds.any(y), b.attr().build());
  }

  private static PrimitiveDesc forwardDesc(
      Window window,
      MemoryDesc src,
      MemoryDesc weights,
      boolean bias,
      MemoryDesc dst,
      PrimitiveAttr attr) {
    MemoryDesc biasMd =
        bias ? MemoryDesc.contiguous(src.dataType(), dst.dims()[1]) : MemoryDesc.none();
    return Convolution.forward(
        PropKind.FORWARD_TRAINING, ALG, src, weights, biasMd, dst, Windows.of(window), attr);
  }

  /** oneDNN wants [G, O/G, C/G, ...] where there are groups. */
  static long[] groupedDims(Shape w, int groups) {
    long[] dims = w.dims();
    if (groups == 1) {
      return dims;
    }
    long[] out = new long[dims.length + 1];
    out[0] = groups;
    out[1] = dims[0] / groups;
    System.arraycopy(dims, 1, out, 2, dims.length - 1);
    return out;
  }

  private static MemoryDesc anyWeights(TensorSpec like, Shape w, int groups) {
    return MemoryDesc.any(Mds.type(like.dtype()), groupedDims(w, groups));
  }

  static MemoryDesc grouped(MemoryDesc md, Shape w, int groups) {
    return groups == 1 ? md : md.reshape(groupedDims(w, groups));
  }

  /** The weights in the layout that a primitive asks for, with the group axis. */
  private static Operand weights(PlanBuilder b, int input, int groups, MemoryDesc wanted) {
    if (b.layout(input) instanceof PackedFilters packed) {
      return b.reordered(new Operand(Operand.Place.INPUT, input, packed.md()), wanted);
    }
    if (groups == 1) {
      return b.input(input, wanted);
    }
    Operand dense = b.denseInput(input);
    MemoryDesc md = grouped(dense.md(), b.spec(input).shape(), groups);
    return b.reordered(new Operand(dense.place(), dense.index(), md), wanted);
  }
}
