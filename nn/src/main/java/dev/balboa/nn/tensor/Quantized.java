package dev.balboa.nn.tensor;

import dev.balboa.nn.op.Dequantize;

/**
 * Numbers as codes of one byte: scale (values - zeroPoint).
 *
 * @param values codes, U8 or I8
 * @param scale a scalar, or one for each position along {@code axis}
 * @param zeroPoint like the scale, in the type of the codes
 * @param axis the axis that has scales of its own, or {@link #WHOLE}
 */
public record Quantized(Tensor values, Tensor scale, Tensor zeroPoint, int axis) {
  /** One scale and zero point for the whole tensor. */
  public static final int WHOLE = -1;

  /** The numbers that the codes stand for. */
  public Tensor dequantize() {
    return Tensor.apply(new Dequantize(axis), values, scale, zeroPoint).get(0);
  }
}
