package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Dequantize;
import dev.balboa.nn.op.DynamicQuantize;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Quantize;
import dev.balboa.nn.op.QuantizedConv;
import dev.balboa.nn.op.QuantizedLinear;
import dev.balboa.nn.op.QuantizedMatmul;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Inference on bytes. */
final class QuantizedCases {
  private static final Domain SCALE = Domain.between(0.005, 0.05);

  private QuantizedCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>(List.of(quantize(), dequantize(), dynamic()));
    for (int rank = 1; rank <= 3; rank++) {
      cases.add(conv(rank));
    }
    cases.add(matmul());
    cases.add(linear());
    return cases;
  }

  private static TensorSpec u8(long... dims) {
    return new TensorSpec(Shape.of(dims), DType.U8);
  }

  private static TensorSpec i8(long... dims) {
    return new TensorSpec(Shape.of(dims), DType.I8);
  }

  private static Input codes(Draw d, Shape shape, DType type) {
    return type == DType.I32 ? d.whole(shape, type, -70_000, 70_000) : d.any(shape, type);
  }

  private static Input constant(Draw d, Shape shape, Domain domain) {
    return d.dense(shape, domain, false);
  }

  // ---- Conversions ----

  private static int axis(Draw d, Shape shape) {
    return d.flip() ? -1 : d.between(0, shape.rank() - 1);
  }

  private static Shape parameters(Shape shape, int axis) {
    return axis == -1 ? Shape.scalar() : Shape.of(shape.dim(axis));
  }

  private static Sample quantize(Draw d, Shape shape, int axis) {
    DType code = d.pick(DType.U8, DType.I8);
    Shape p = parameters(shape, axis);
    return Sample.of(
        new Quantize(axis),
        d.input(shape, Domain.NORMAL, false),
        constant(d, p, SCALE),
        codes(d, p, code));
  }

  private static OpCase quantize() {
    Op op = new Quantize(-1);
    Op second = new Quantize(1);
    return OpCase.of(
            "quantize",
            Quantize.class,
            d -> {
              Shape shape = d.shape(1, 5);
              return quantize(d, shape, axis(d, shape));
            })
        .alsoLarge(d -> quantize(d, Shape.of(70_001), -1))
        .alsoLarge(d -> quantize(d, Shape.of(1009, 67), 1))
        .alsoLarge(d -> quantize(d, Shape.of(5, 7, 2003), 1))
        .also(d ->
            Sample.of(
                op,
                d.exactly(Shape.of(8), 0.5, 1.5, -0.5, 2.5, 1e30, -1e30, Double.NaN, 300),
                d.exactly(Shape.scalar(), 1),
                Input.constant(DType.U8, Shape.scalar(), 7)))
        .derivative(OpCase.Derivative.NONE)
        .nativelyIn(DType.F64, DType.BF16)
        .refuses(op, List.of(f32(2), f32()), "3 inputs", "got 2")
        .refuses(op, List.of(u8(2), f32(), u8()), "floating", "U8[2]")
        .refuses(op, List.of(f32(2), f32(2), u8()), "scale", "[]", "F32[2]")
        .refuses(op, List.of(f32(2), f32(), u8(2)), "zero point", "U8[2]")
        .refuses(second, List.of(f32(2, 3), f32(2), u8(2)), "scale", "[3]", "F32[2]")
        .refuses(second, List.of(f32(2), f32(2), u8(2)), "axis in [-1, 1)", "got 1")
        .refuses(
            op,
            List.of(f32(2), f32(), new TensorSpec(Shape.scalar(), DType.I32)),
            "U8 or I8",
            "I32");
  }

  private static Sample dequantize(Draw d, Shape shape, int axis) {
    DType code = d.pick(DType.U8, DType.I8, DType.I32);
    Shape p = parameters(shape, axis);
    return Sample.of(
        new Dequantize(axis), codes(d, shape, code), constant(d, p, SCALE), codes(d, p, code));
  }

  private static OpCase dequantize() {
    Op op = new Dequantize(-1);
    return OpCase.of(
            "dequantize",
            Dequantize.class,
            d -> {
              Shape shape = d.shape(1, 5);
              return dequantize(d, shape, axis(d, shape));
            })
        .alsoLarge(d -> dequantize(d, Shape.of(70_001), -1))
        .alsoLarge(d -> dequantize(d, Shape.of(1009, 67), 1))
        .derivative(OpCase.Derivative.NONE)
        .nativelyIn(DType.F64, DType.BF16)
        .refuses(op, List.of(u8(2), f32()), "3 inputs", "got 2")
        .refuses(op, List.of(f32(2), f32(), f32()), "U8 or I8", "F32[2]")
        .refuses(op, List.of(u8(2), f32(), i8()), "U8[2]", "I8[]")
        .refuses(op, List.of(u8(2), u8(), u8()), "scale", "floating", "U8[]");
  }

  /** BF16 is not taken. */
  private static Input numbers(Draw d, Shape shape) {
    Domain domain = d.flip() ? Domain.NORMAL : Domain.between(d.uniform(-2, 2), 2);
    return d.input(shape, domain, false).as(d.real() == DType.F64 ? DType.F64 : DType.F32);
  }

  private static OpCase dynamic() {
    Op op = new DynamicQuantize();
    return OpCase.of(
            "dynamic_quantize",
            DynamicQuantize.class,
            d -> Sample.of(op, numbers(d, d.filledShape(0, 4))))
        .alsoLarge(d -> Sample.of(op, numbers(d, Shape.of(70_001))))
        .also(d -> Sample.of(op, Input.full(f32(3), 0)))
        .also(d -> Sample.of(op, Input.of(f32(3), -1, 0, 4)))
        .derivative(OpCase.Derivative.NONE)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(), "1 inputs", "got 0")
        .refuses(op, List.of(u8(2)), "F32 or F64", "U8[2]")
        .refuses(op, List.of(f32(0, 2)), "at least one element", "F32[0, 2]");
  }

  // ---- Products ----

  /** Everything after the weights. */
  private static List<Input> operands(
      Draw d, Shape x, Shape w, long channels, boolean bias, boolean requantized) {
    DType code = d.pick(DType.U8, DType.I8);
    List<Input> in = new ArrayList<>();
    in.add(codes(d, x, code));
    in.add(constant(d, Shape.scalar(), SCALE));
    in.add(
        d.chance(0.3) ? Input.constant(code, Shape.scalar(), 0) : codes(d, Shape.scalar(), code));
    in.add(codes(d, w, DType.I8));
    in.add(constant(d, d.flip() ? Shape.scalar() : Shape.of(channels), SCALE));
    if (bias) {
      in.add(constant(d, Shape.of(channels), Domain.NORMAL));
    }
    if (requantized) {
      DType result = d.pick(DType.U8, DType.I8);
      in.add(constant(d, Shape.scalar(), Domain.between(0.1, 0.5)));
      in.add(codes(d, Shape.scalar(), result));
    }
    return in;
  }

  private static Sample conv(Draw d, ConvolutionCases.Plan plan, boolean requantized) {
    boolean bias = d.flip();
    Op op = new QuantizedConv(plan.window(), plan.groups(), bias, d.flip());
    return Sample.of(op, operands(d, plan.x(), plan.w(), plan.w().dim(0), bias, requantized));
  }

  /** A strided window that gives one column. */
  private static ConvolutionCases.Plan narrow(int rank, int before) {
    long[] x = new long[rank + 2];
    Arrays.fill(x, 8);
    x[0] = 2;
    x[1] = 16;
    x[rank + 1] = 5;
    List<Integer> ones = java.util.Collections.nCopies(rank, 1);
    List<Integer> stride = new ArrayList<>(ones);
    stride.set(rank - 1, 3 + before);
    List<Integer> kernel = java.util.Collections.nCopies(rank, 3);
    List<Integer> zeros = java.util.Collections.nCopies(rank, 0);
    List<Integer> pad = new ArrayList<>(zeros);
    pad.set(rank - 1, before);
    return ConvolutionCases.Plan.of(
        1, new Window(kernel, stride, ones, pad, zeros), Shape.of(x), 33);
  }

  private static OpCase conv(int rank) {
    OpCase c =
        OpCase.of(
                "quantized_conv" + rank + "d",
                QuantizedConv.class,
                d -> conv(d, ConvolutionCases.Plan.random(d, rank), d.flip()))
            .also(d -> conv(d, ConvolutionCases.depthwise(rank), false))
            .also(d -> conv(d, ConvolutionCases.depthwise(rank), true))
            .also(d -> conv(d, narrow(rank, 0), false))
            .also(d -> conv(d, narrow(rank, 2), false))
            .also(d -> conv(d, narrow(rank, 0), true))
            .also(d -> conv(d, ConvolutionCases.empty(rank, 0, 3, 2), true))
            .also(d -> conv(d, ConvolutionCases.empty(rank, 2, 3, 0), false));
    return rank == 2 ? refusals(described(c)) : described(c);
  }

  private static OpCase refusals(OpCase c) {
    Op op = new QuantizedConv(Window.uniform(2, 3, 1, 1, 0), 1, true, false);
    TensorSpec x = u8(1, 2, 5, 5);
    TensorSpec w = i8(4, 2, 3, 3);
    return c.refuses(op, List.of(x, f32(), u8(), w), "expected 6 or 8 inputs", "got 4")
        .refuses(op, List.of(x, f32(), u8(), w, f32(), f32(4), f32()), "6 or 8", "got 7")
        .refuses(
            op,
            List.of(f32(1, 2, 5, 5), f32(), u8(), w, f32(), f32(4)),
            "U8 or I8",
            "F32[1, 2, 5, 5]")
        .refuses(op, List.of(x, f32(), i8(), w, f32(), f32(4)), "I8[]", "U8[1, 2, 5, 5]")
        .refuses(op, List.of(x, f32(1), u8(), w, f32(), f32(4)), "scale", "F32[1]")
        .refuses(op, List.of(x, f32(), u8(), u8(4, 2, 3, 3), f32(), f32(4)), "weights", "I8")
        .refuses(
            op,
            List.of(x, f32(), u8(), i8(4, 3, 3, 3), f32(), f32(4)),
            "input of 3 channels",
            "[1, 2, 5, 5]")
        .refuses(op, List.of(x, f32(), u8(), w, f32(3), f32(4)), "scale of the weights", "[4]")
        .refuses(op, List.of(x, f32(), u8(), w, f32(), f32(3)), "bias", "[4]", "F32[3]")
        .refuses(
            op,
            List.of(x, f32(), u8(), w, f32(), f32(4), f32(), f32()),
            "zero point of the result",
            "F32[]")
        .refusesToMake(
            () -> new QuantizedConv(Window.uniform(2, 3, 1, 1, 0), 0, true, false),
            "groups >= 1",
            "got 0");
  }

  /** The sums are exact; what follows is a product, a sum and, at the end, the nearest code. */
  private static OpCase described(OpCase c) {
    return c.derivative(OpCase.Derivative.NONE).withinCodes(1).nativelyIn(DType.BF16);
  }

  private static OpCase matmul() {
    Op op = new QuantizedMatmul(false, false);
    OpCase c =
        OpCase.of(
                "quantized_matmul",
                QuantizedMatmul.class,
                d -> matmul(d, d.dim(), d.positiveDim(), d.dim()))
            .alsoLarge(d -> matmul(d, 63, 129, 65));
    return described(c)
        .refuses(op, List.of(u8(2, 3)), "5 or 7 inputs", "got 1")
        .refuses(op, List.of(u8(3), f32(), u8(), i8(3, 4), f32()), "rank 2 or more", "[3]")
        .refuses(op, List.of(u8(2, 3), f32(), u8(), i8(4), f32()), "rank 2 or more", "[4]")
        .refuses(op, List.of(u8(2, 3), f32(), u8(), i8(2, 4), f32()), "3 rows", "[2, 4]")
        .refuses(op, List.of(u8(2, 0), f32(), u8(), i8(0, 4), f32()), "at least one term")
        .refuses(op, List.of(u8(2, 3), f32(), u8(), i8(3, 4), f32(3)), "[4]", "F32[3]");
  }

  private static Sample matmul(Draw d, long m, long k, long n) {
    boolean bias = d.flip();
    Shape batch =
        d.chance(0.5) ? Shape.scalar() : Draw.limited(6, d.between(1, 3), d.between(1, 3));
    Shape x = d.broadcastingTo(batch);
    Shape w = d.broadcastingTo(batch);
    long rows = Math.min(m, 200);
    long terms = Math.min(k, 200);
    long columns = Math.min(n, 200);
    return Sample.of(
        new QuantizedMatmul(bias, d.flip()),
        operands(d, x.append(rows, terms), w.append(terms, columns), columns, bias, d.flip()));
  }

  private static OpCase linear() {
    Op op = new QuantizedLinear(false, false);
    OpCase c =
        OpCase.of(
                "quantized_linear",
                QuantizedLinear.class,
                d -> linear(d, d.shape(0, 2), d.positiveDim(), d.dim()))
            .alsoLarge(d -> linear(d, Shape.of(63), 129, 65));
    return described(c)
        .refuses(op, List.of(u8(2, 3)), "5 or 7 inputs", "got 1")
        .refuses(op, List.of(u8(), f32(), u8(), i8(3, 4), f32()), "rank 1 or more", "[]")
        .refuses(op, List.of(u8(2, 3), f32(), u8(), i8(3), f32()), "weights of rank 2", "I8[3]")
        .refuses(op, List.of(u8(2, 3), f32(), u8(), i8(3, 4), f32()), "3 columns", "[3, 4]")
        .refuses(op, List.of(u8(2, 0), f32(), u8(), i8(3, 0), f32()), "at least one input");
  }

  private static Sample linear(Draw d, Shape leading, long in, long out) {
    boolean bias = d.flip();
    long features = Math.min(in, 200);
    long results = Math.min(out, 200);
    Shape rows = Draw.limited(100, leading.dims());
    return Sample.of(
        new QuantizedLinear(bias, d.flip()),
        operands(d, rows.append(features), Shape.of(results, features), results, bias, d.flip()));
  }
}
