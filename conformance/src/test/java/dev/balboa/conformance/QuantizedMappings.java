package dev.balboa.conformance;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Quantization;
import dev.balboa.nn.tensor.Quantized;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;

/**
 * Numbers as codes. ONNX allows weights with zero points, which Balboa's own products of codes do
 * not take: those are computed on the codes less their zero points, in a floating-point type in
 * which all sums of a case are exact.
 */
final class QuantizedMappings {
  private QuantizedMappings() {}

  static void addTo(Mapping.Table t) {
    t.one(
        "QuantizeLinear",
        c -> Quantization.quantize(c.in(0), c.in(1), zero(c, 2), axis(c)).values());
    t.one(
        "DequantizeLinear", c -> new Quantized(c.in(0), c.in(1), zero(c, 2), axis(c)).dequantize());
    t.many("DynamicQuantizeLinear", QuantizedMappings::dynamic);
    t.one("MatMulInteger", c -> matmul(c, 0, 1, 2, 3).cast(DType.I32));
    t.one("ConvInteger", c -> conv(c, 0, 1, 2, 3).cast(DType.I32));
    t.one("QLinearMatMul", QuantizedMappings::quantizedMatmul);
    t.one("QLinearConv", QuantizedMappings::quantizedConv);
  }

  /** A zero point; without one it is 0, of the type of the codes, or of type U8. */
  private static Tensor zero(Call c, int i) {
    DType codes = c.in(0).dtype().isFloating() ? DType.U8 : c.in(0).dtype();
    return c.has(i) ? c.in(i) : Tensors.fill(new TensorSpec(c.in(1).shape(), codes), 0);
  }

  private static int axis(Call c) {
    Shape scale = c.in(1).shape();
    return scale.rank() == 0 ? Quantized.WHOLE : c.in(0).shape().axis((int) c.integer("axis", 1));
  }

  private static List<Tensor> dynamic(Call c) {
    Quantized q = Quantization.dynamic(c.in(0));
    return List.of(q.values(), q.scale(), q.zeroPoint());
  }

  private static Tensor centred(Call c, int codes, int zero, DType type) {
    Tensor x = c.in(codes).cast(type);
    return c.has(zero) ? x.sub(c.in(zero).cast(type)) : x;
  }

  private static Tensor matmul(Call c, int a, int b, int aZero, int bZero) {
    return centred(c, a, aZero, DType.F64).matmul(centred(c, b, bZero, DType.F64));
  }

  private static Tensor conv(Call c, int x, int w, int xZero, int wZero) {
    Shape weights = c.in(w).shape();
    Window window = NetworkMappings.window(c, weights.slice(2, weights.rank()).dims());
    return Functions.conv(
        centred(c, x, xZero, DType.F32),
        centred(c, w, wZero, DType.F32),
        null,
        window,
        (int) c.integer("group", 1),
        Activation.IDENTITY);
  }

  private static Tensor quantizedMatmul(Call c) {
    Tensor sums = matmul(c, 0, 3, 2, 5).cast(DType.F32);
    return requantized(c, sums.mul(c.in(1)).mul(c.in(4)));
  }

  private static Tensor quantizedConv(Call c) {
    Tensor sums = conv(c, 0, 3, 2, 5);
    if (c.has(8)) {
      sums = sums.add(perChannel(c.in(8).cast(DType.F32), sums));
    }
    return requantized(c, sums.mul(c.in(1)).mul(perChannel(c.in(4), sums)));
  }

  /** One number, or one for each channel of a tensor [N, C, ...]. */
  private static Tensor perChannel(Tensor x, Tensor like) {
    Shape shape = Shape.of(x.shape().size());
    for (int i = 2; i < like.shape().rank(); i++) {
      shape = shape.append(1);
    }
    return x.reshape(shape.dims());
  }

  private static Tensor requantized(Call c, Tensor numbers) {
    Tensor scale = c.in(6).reshape();
    return Quantization.quantize(numbers, scale, c.in(7).reshape(), Quantized.WHOLE).values();
  }
}
