package dev.balboa.nn.op;

import java.util.List;

/**
 * Matrix product of codes: v = xScale wScale[n] (sum over k: (x[..., m, k] - xZero) w[..., k, n]) +
 * b[n], followed by ReLU if {@code relu}; leading dimensions broadcast, the sum is exact.
 *
 * <p>Inputs: x [..., M, K] (U8 or I8), xScale and xZero (scalars), w [..., K, N] (I8, zero point
 * 0), wScale (scalar or [N]), if {@code bias} b [N] in the type of the scales, and optionally
 * yScale and yZero (scalars). Output: v [..., M, N] in the type of the scales, or codes as {@link
 * QuantizedConv} has them.
 */
public record QuantizedMatmul(boolean bias, boolean relu) implements QuantizedOp {
  @Override
  public String name() {
    return "quantized_matmul";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Quantization.arity(name(), in, bias);
    Shape x = in.get(0).shape();
    Shape w = in.get(3).shape();
    Check.that(x.rank() >= 2, name(), "input of rank 2 or more", x);
    Check.that(w.rank() >= 2, name(), "weights of rank 2 or more", w);
    Check.that(x.dim(-1) > 0, name(), "at least one term in a sum", x);
    Check.that(x.dim(-1) == w.dim(-2), name(), "weights with " + x.dim(-1) + " rows", w);
    DType result = Quantization.product(name(), in, bias, w.dim(-1));
    Shape batch = Shape.broadcast(name(), x.slice(0, x.rank() - 2), w.slice(0, w.rank() - 2));
    return List.of(new TensorSpec(batch.append(x.dim(-2), w.dim(-1)), result));
  }

  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    return infer(in).get(0).shape().size() * in.get(0).shape().dim(-1);
  }
}
