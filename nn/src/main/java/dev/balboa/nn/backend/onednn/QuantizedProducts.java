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
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.QuantizedConv;
import dev.balboa.nn.op.QuantizedLinear;
import dev.balboa.nn.op.QuantizedMatmul;
import dev.balboa.nn.op.QuantizedOp;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import java.util.ArrayList;
import java.util.List;

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
    requireRightSums(op);
    var p = new QuantizedProducts(b, op.bias(), op.relu());
    TensorSpec y = b.outputSpec(0);
    Shape w = b.spec(WEIGHTS).shape();
    MemoryDesc plain = ConvolutionOps.grouped(Mds.contiguous(b.spec(WEIGHTS)), w, op.groups());
    boolean narrow = Widening.isNarrow(op.window(), y) && seen(op.window()) > 0;
    Operand x = narrow ? p.firstColumns(op.window()) : b.input(0);
    Window window = narrow ? oneColumn(op.window(), x.md().dims()) : op.window();
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
      Operand dense = b.denseInput(WEIGHTS);
      Operand weights = new Operand(dense.place(), dense.index(), plain);
      p.add(Arg.SRC, b.reordered(x, desc.srcMd()));
      p.add(Arg.WEIGHTS, b.reordered(weights, desc.weightsMd()));
      p.run(desc, b.output(0, desc.dstMd()), p.bias ? b.denseInput(BIAS) : null);
    }
  }

  /** oneDNN 3.13 on AMX gives some groups sums of other numbers where a window has depth. */
  private static void requireRightSums(QuantizedConv op) {
    if (op.window().rank() == 3 && op.groups() > 1) {
      throw new UnsupportedOperationException(
          op.name() + ": the native backend takes one group in 3-D, got " + op.groups());
    }
  }

  /** How far the first position of a window reaches into the last axis. */
  private static int seen(Window w) {
    int last = w.rank() - 1;
    int extent = (w.kernel().get(last) - 1) * w.dilation().get(last) + 1;
    return extent - w.padBefore().get(last);
  }

  /** The columns of x that a window which gives a single one looks at. */
  private Operand firstColumns(Window window) {
    TensorSpec x = b.spec(0);
    long columns = Math.min(seen(window), x.shape().dim(-1));
    TensorSpec part = x.withShape(x.shape().with(-1, columns));
    Operand to = b.scratch(Mds.contiguous(part));
    var space = Spaces.copy(part.shape(), b.plainLayout(0));
    b.call(s -> Kernels.copyStrided(1, space, s[0], s[1]), b.plainInput(0), to);
    return to;
  }

  /** The same window with stride 1 on the last axis; see {@link Widening#isNarrow}. */
  private static Window oneColumn(Window w, long[] x) {
    int last = w.rank() - 1;
    List<Integer> stride = new ArrayList<>(w.stride());
    List<Integer> after = new ArrayList<>(w.padAfter());
    stride.set(last, 1);
    after.set(last, seen(w) - (int) x[x.length - 1]);
    return new Window(w.kernel(), stride, w.dilation(), w.padBefore(), after);
  }

  static void matmul(PlanBuilder b, QuantizedMatmul op) {
    requireF32(b, op);
    TensorSpec y = b.outputSpec(0);
    int rank = y.shape().rank();
    var p = new QuantizedProducts(b, op.bias(), op.relu());
    p.product(
        HalfGemmOps.matrix(b, 0, false, rank),
        HalfGemmOps.matrix(b, WEIGHTS, false, rank),
        b.denseOutput(0));
  }

  static void linear(PlanBuilder b, QuantizedLinear op) {
    requireF32(b, op);
    Shape w = b.spec(WEIGHTS).shape();
    long m = b.spec(0).shape().size() / w.dim(1);
    var p = new QuantizedProducts(b, op.bias(), op.relu());
    p.product(
        HalfGemmOps.reshaped(b.denseInput(0), m, w.dim(1)),
        HalfGemmOps.matrix(b, WEIGHTS, true, 2),
        HalfGemmOps.reshaped(b.denseOutput(0), m, w.dim(0)));
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
