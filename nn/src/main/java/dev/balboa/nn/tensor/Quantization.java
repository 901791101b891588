package dev.balboa.nn.tensor;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.DynamicQuantize;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Quantize;
import dev.balboa.nn.op.QuantizedConv;
import dev.balboa.nn.op.QuantizedLinear;
import dev.balboa.nn.op.QuantizedMatmul;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Inference on bytes: numbers as codes, and products of codes whose sums are exact. Weights are I8
 * with zero point 0. There are no gradients.
 */
public final class Quantization {
  private static final double LARGEST = 127;

  private Quantization() {}

  /**
   * round(x / scale) + zeroPoint, halves to even, saturated to the type of the zero point, U8 or
   * I8.
   *
   * @param axis the axis that has a scale and zero point for each position, or {@link
   *     Quantized#WHOLE}
   */
  public static Quantized quantize(Tensor x, Tensor scale, Tensor zeroPoint, int axis) {
    Tensor values = Tensor.apply(new Quantize(axis), x, scale, zeroPoint).get(0);
    return new Quantized(values, scale, zeroPoint, axis);
  }

  /** To U8 by the range of the numbers; see {@link DynamicQuantize}. */
  public static Quantized dynamic(Tensor x) {
    List<Tensor> all = Tensor.apply(new DynamicQuantize(), x);
    return new Quantized(all.get(0), all.get(1), all.get(2), Quantized.WHOLE);
  }

  /**
   * To I8 with zero point 0 and, for each position along {@code axis}, the largest magnitude as
   * 127: what weights want, with their axis of outputs.
   */
  public static Quantized symmetric(Tensor w, int axis) {
    int rank = w.shape().rank();
    int kept = w.shape().axis("symmetric", axis);
    int[] others = IntStream.range(0, rank).filter(i -> i != kept).toArray();
    Tensor magnitude = w.abs();
    Tensor largest = others.length == 0 ? magnitude : magnitude.max(others);
    Tensor floor = Tensors.fill(largest.spec(), Float.MIN_NORMAL);
    Tensor scale = largest.div(Tensors.fill(largest.spec(), LARGEST)).maximum(floor);
    TensorSpec zeros = new TensorSpec(largest.shape(), DType.I8);
    return quantize(w, scale, Tensors.fill(zeros, 0), kept);
  }

  /**
   * Convolution; the result has the type of the scales.
   *
   * @param w weights [O, C/groups, kernel...], one scale or one for each output
   * @param bias [O], or {@code null}
   */
  public static Tensor conv(
      Quantized x, Quantized w, Tensor bias, Window window, int groups, boolean relu) {
    return product(new QuantizedConv(window, groups, bias != null, relu), x, w, bias);
  }

  /** {@link #conv}, whose result is quantized with this scale and zero point. */
  public static Quantized conv(
      Quantized x,
      Quantized w,
      Tensor bias,
      Window window,
      int groups,
      boolean relu,
      Tensor scale,
      Tensor zeroPoint) {
    Op op = new QuantizedConv(window, groups, bias != null, relu);
    return requantized(op, x, w, bias, scale, zeroPoint);
  }

  /**
   * Matrix product; the result has the type of the scales.
   *
   * @param w weights [..., K, N], one scale or one for each column
   * @param bias [N], or {@code null}
   */
  public static Tensor matmul(Quantized x, Quantized w, Tensor bias, boolean relu) {
    return product(new QuantizedMatmul(bias != null, relu), x, w, bias);
  }

  /** {@link #matmul}, whose result is quantized with this scale and zero point. */
  public static Quantized matmul(
      Quantized x, Quantized w, Tensor bias, boolean relu, Tensor scale, Tensor zeroPoint) {
    return requantized(new QuantizedMatmul(bias != null, relu), x, w, bias, scale, zeroPoint);
  }

  /**
   * x W^T + b; the result has the type of the scales.
   *
   * @param w weights [out, in], one scale or one for each output
   * @param bias [out], or {@code null}
   */
  public static Tensor linear(Quantized x, Quantized w, Tensor bias, boolean relu) {
    return product(new QuantizedLinear(bias != null, relu), x, w, bias);
  }

  /** {@link #linear}, whose result is quantized with this scale and zero point. */
  public static Quantized linear(
      Quantized x, Quantized w, Tensor bias, boolean relu, Tensor scale, Tensor zeroPoint) {
    return requantized(new QuantizedLinear(bias != null, relu), x, w, bias, scale, zeroPoint);
  }

  private static Quantized requantized(
      Op op, Quantized x, Quantized w, Tensor bias, Tensor scale, Tensor zeroPoint) {
    Tensor values = product(op, x, w, bias, scale, zeroPoint);
    return new Quantized(values, scale, zeroPoint, Quantized.WHOLE);
  }

  private static Tensor product(
      Op op, Quantized x, Quantized w, Tensor bias, Tensor... scaleAndZero) {
    requireSymmetric(op, w);
    List<Tensor> in =
        new ArrayList<>(List.of(x.values(), x.scale(), x.zeroPoint(), w.values(), w.scale()));
    if (bias != null) {
      in.add(bias);
    }
    in.addAll(List.of(scaleAndZero));
    return Tensor.apply(op, in.toArray(Tensor[]::new)).get(0);
  }

  private static void requireSymmetric(Op op, Quantized w) {
    if (w.zeroPoint().dtype() == DType.I8) {
      for (byte zero : w.zeroPoint().toBytes()) {
        if (zero != 0) {
          throw new IllegalArgumentException(
              op.name() + ": expected weights with zero point 0, got " + zero);
        }
      }
    }
  }
}
