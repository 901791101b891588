package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AlgKind;
import dev.balboa.bindings.Arg;
import dev.balboa.bindings.Convolution;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.MatMul;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.bindings.PropKind;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.QuantizedConv;
import dev.balboa.nn.op.QuantizedLinear;
import dev.balboa.nn.op.QuantizedMatmul;
import dev.balboa.nn.op.QuantizedOp;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * Products of codes through oneDNN: sums in 32-bit integers, then scales, bias and ReLU in F32.
 * Scales and zero points are arguments of the run, so one primitive serves all their values.
 */
final class QuantizedProducts {
  private static final int SCALE = 1;
  private static final int ZERO = 2;
  private static final int WEIGHTS = 3;
  private static final int WEIGHT_SCALE = 4;
  private static final int BIAS = 5;

  private final PlanBuilder b;
  private final boolean bias;
  private final boolean relu;
  private final List<Integer> args = new ArrayList<>();
  private final List<Operand> operands = new ArrayList<>();

  private QuantizedProducts(PlanBuilder b, boolean bias, boolean relu) {
    this.b = b;
    this.bias = bias;
    this.relu = relu;
  }

  static void conv(PlanBuilder b, QuantizedConv op) {
    requireF32(b, op);
    var p = new QuantizedProducts(b, op.bias(), op.relu());
    TensorSpec y = b.outputSpec(0);
    Shape w = b.spec(WEIGHTS).shape();
    MemoryDesc plain = ConvolutionOps.grouped(Mds.contiguous(b.spec(WEIGHTS)), w, op.groups());
    boolean framed = isPadded(op.window()) || Widening.isNarrow(op.window(), y);
    Operand x = framed ? p.framed(op.window(), y.shape()) : b.input(0);
    Window window = framed ? unpadded(op.window(), y.shape()) : op.window();
    PrimitiveAttr attr = p.attributes(op.groups() == 1 ? 1 : 3);
    try (PrimitiveDesc desc =
        b.describe(() ->
            Convolution.forward(
                PropKind.FORWARD_INFERENCE,
                AlgKind.CONVOLUTION_DIRECT,
                MemoryDesc.any(x.md().dataType(), x.md().dims()),
                MemoryDesc.any(plain.dataType(), plain.dims()),
                p.bias ? Mds.contiguous(b.spec(BIAS)) : MemoryDesc.none(),
                Mds.any(y),
                Windows.of(window),
                attr))) {
      p.add(Arg.SRC, b.reordered(x, desc.srcMd()));
      p.add(Arg.WEIGHTS, weights(b, op.groups(), plain, desc.weightsMd()));
      p.run(desc, b.output(0, desc.dstMd()), p.bias ? b.denseInput(BIAS) : null);
    }
  }

  /** Weights in blocks, which a captured program makes once. */
  private static Operand weights(PlanBuilder b, int groups, MemoryDesc plain, MemoryDesc wanted) {
    if (groups == 1) {
      return b.input(WEIGHTS, wanted);
    }
    Operand dense = b.denseInput(WEIGHTS);
    return b.reordered(new Operand(dense.place(), dense.index(), plain), wanted);
  }

  private static boolean isPadded(Window w) {
    return Stream.of(w.padBefore(), w.padAfter()).flatMap(List::stream).anyMatch(p -> p != 0);
  }

  /**
   * What the window sees of x, densely, with codes of 0 in place of padding. oneDNN 3.13 has its
   * own padding for zero points, but with it gives wrong sums, or crashes, where a window lies
   * outside along some axis.
   */
  private Operand framed(Window w, Shape y) {
    TensorSpec x = b.spec(0);
    long[] frame = x.shape().dims();
    long[] part = x.shape().dims();
    for (int i = 0; i < w.rank(); i++) {
      long extent = (w.kernel().get(i) - 1L) * w.dilation().get(i) + 1;
      frame[i + 2] = (y.dim(i + 2) - 1) * w.stride().get(i) + extent;
      part[i + 2] = Math.clamp(frame[i + 2] - w.padBefore().get(i), 0, part[i + 2]);
    }
    TensorSpec spec = x.withShape(Shape.of(frame));
    Operand to = b.scratch(Mds.contiguous(spec));
    long n = spec.shape().size();
    b.call(
        s -> Kernels.fill(1, n, s[0].get(ValueLayout.JAVA_BYTE, 0), s[1]), b.denseInput(ZERO), to);
    Shape seen = Shape.of(part);
    if (seen.size() > 0) {
      Layout.Strided target = Layout.Strided.contiguous(frame);
      long offset = 0;
      for (int i = 0; i < w.rank(); i++) {
        offset += w.padBefore().get(i) * target.stride(i + 2);
      }
      var space = Spaces.copy(seen, b.plainLayout(0), offset, target);
      b.call(s -> Kernels.copyStrided(1, space, s[0], s[1]), b.plainInput(0), to);
    }
    return to;
  }

  /** The window over such a frame; where there is one position, strides do not matter. */
  private static Window unpadded(Window w, Shape y) {
    List<Integer> stride = new ArrayList<>(w.stride());
    for (int i = 0; i < stride.size(); i++) {
      stride.set(i, y.dim(i + 2) == 1 ? 1 : stride.get(i));
    }
    List<Integer> none = Collections.nCopies(w.rank(), 0);
    return new Window(w.kernel(), stride, w.dilation(), none, none);
  }

  static void matmul(PlanBuilder b, QuantizedMatmul op) {
    requireF32(b, op);
    TensorSpec y = b.outputSpec(0);
    int rank = y.shape().rank();
    var p = new QuantizedProducts(b, op.bias(), op.relu());
    p.product(
        MatMulOps.matrix(b, 0, false, rank),
        MatMulOps.matrix(b, WEIGHTS, false, rank),
        b.denseOutput(0));
  }

  static void linear(PlanBuilder b, QuantizedLinear op) {
    requireF32(b, op);
    Shape w = b.spec(WEIGHTS).shape();
    long m = b.spec(0).shape().size() / w.dim(1);
    var p = new QuantizedProducts(b, op.bias(), op.relu());
    p.product(
        MatMulOps.reshaped(b.denseInput(0), m, w.dim(1)),
        MatMulOps.matrix(b, WEIGHTS, true, 2),
        MatMulOps.reshaped(b.denseOutput(0), m, w.dim(0)));
  }

  private void product(Operand x, Operand w, Operand y) {
    long[] dims = new long[y.md().dims().length];
    java.util.Arrays.fill(dims, 1);
    dims[dims.length - 1] = y.md().dims()[dims.length - 1];
    MemoryDesc biasMd = bias ? MemoryDesc.contiguous(Mds.type(DType.F32), dims) : null;
    PrimitiveAttr attr = attributes(1 << (dims.length - 1));
    try (PrimitiveDesc desc =
        b.describe(
            () -> MatMul.create(x.md(), w.md(), bias ? biasMd : MemoryDesc.none(), y.md(), attr))) {
      add(Arg.SRC, x);
      add(Arg.WEIGHTS, w);
      Operand flat = bias ? b.denseInput(BIAS) : null;
      run(desc, y, bias ? new Operand(flat.place(), flat.index(), biasMd) : null);
    }
  }

  private static void requireF32(PlanBuilder b, QuantizedOp op) {
    if (b.spec(SCALE).dtype() != DType.F32) {
      throw new UnsupportedOperationException(
          op.name() + ": the native backend takes scales of F32, got " + b.describeInputs());
    }
  }

  private boolean givesCodes() {
    return !b.outputSpec(0).dtype().isFloating();
  }

  private PrimitiveAttr attributes(int perChannel) {
    PrimitiveAttr.Builder attr =
        PrimitiveAttr.builder()
            .scales(Arg.SRC, 0)
            .zeroPoints(Arg.SRC, 0)
            .scales(Arg.WEIGHTS, b.spec(WEIGHT_SCALE).shape().rank() == 0 ? 0 : perChannel);
    if (relu) {
      attr.postEltwise(AlgKind.ELTWISE_RELU, 0, 0);
    }
    if (givesCodes()) {
      attr.scales(Arg.DST, 0).zeroPoints(Arg.DST, 0);
    }
    return attr.build();
  }

  private void add(int arg, Operand operand) {
    args.add(arg);
    operands.add(operand);
  }

  private void run(PrimitiveDesc desc, Operand y, Operand biasOperand) {
    if (bias) {
      add(Arg.BIAS, biasOperand);
    }
    add(Arg.scales(Arg.SRC), b.denseInput(SCALE));
    add(Arg.zeroPoints(Arg.SRC), zero(ZERO));
    add(Arg.scales(Arg.WEIGHTS), b.denseInput(WEIGHT_SCALE));
    if (givesCodes()) {
      int at = bias ? BIAS + 1 : BIAS;
      add(Arg.scales(Arg.DST), b.denseInput(at));
      add(Arg.zeroPoints(Arg.DST), zero(at + 1));
    }
    add(Arg.DST, y);
    b.primitive(
        desc,
        args.stream().mapToInt(Integer::intValue).toArray(),
        operands.toArray(Operand[]::new));
  }

  /** A zero point as oneDNN wants it, in I32. */
  private Operand zero(int input) {
    KernelKinds.Type type = Kinds.of(b.spec(input).dtype());
    Operand wide = b.scratch(MemoryDesc.contiguous(Mds.type(DType.I32), 1));
    b.call(s -> Kernels.cast(1, type, s[0], KernelKinds.Type.I32, s[1]), b.denseInput(input), wide);
    return wide;
  }
}
