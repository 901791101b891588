package dev.balboa.nn.op;

import java.util.List;

/**
 * Affine map of codes: v = xScale wScale[o] (sum over i: (x[..., i] - xZero) w[o, i]) + b[o],
 * followed by ReLU if {@code relu}; the sum is exact.
 *
 * <p>Inputs: x [..., in] (U8 or I8), xScale and xZero (scalars), w [out, in] (I8, zero point 0),
 * wScale (scalar or [out]), if {@code bias} b [out] in the type of the scales, and optionally
 * yScale and yZero (scalars). Output: v [..., out] in the type of the scales, or codes as {@link
 * QuantizedConv} has them.
 */
public record QuantizedLinear(boolean bias, boolean relu) implements QuantizedOp {
  @Override
  public String name() {
    return "quantized_linear";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Quantization.arity(name(), in, bias);
    Shape x = in.get(0).shape();
    Shape w = in.get(3).shape();
    Check.that(x.rank() >= 1, name(), "input of rank 1 or more", x);
    Check.rank(name(), "weights", in.get(3), 2);
    Check.that(x.dim(-1) > 0, name(), "at least one input feature", x);
    Check.that(x.dim(-1) == w.dim(1), name(), "weights with " + x.dim(-1) + " columns", w);
    DType result = Quantization.product(name(), in, bias, w.dim(0));
    return List.of(new TensorSpec(x.with(-1, w.dim(0)), result));
  }

  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    return in.get(0).shape().size() * in.get(3).shape().dim(0);
  }
}
