package dev.balboa.nn.op;

import java.util.List;

/**
 * Convolution of codes:
 *
 * <pre>
 * v[n,o,p] = xScale wScale[o] (sum over i, k: w[o,i,k] (x[n, i, stride p - pad + dilation k] - xZero)) + b[o]
 * </pre>
 *
 * followed by ReLU if {@code relu}. Padding stands for 0. The sum is exact.
 *
 * <p>Inputs: x [N, C, in...] (U8 or I8), xScale and xZero (scalars), w [O, C/groups, kernel...]
 * (I8, zero point 0), wScale (scalar or [O]), if {@code bias} b [O] in the type of the scales, and
 * optionally yScale and yZero (scalars). Output: v in the type of the scales; or with yScale and
 * yZero codes of yZero's type, saturate(round(v / yScale) + yZero).
 */
public record QuantizedConv(Window window, int groups, boolean bias, boolean relu)
    implements QuantizedOp {
  /** Checks the group count. */
  public QuantizedConv {
    if (groups < 1) {
      throw new IllegalArgumentException("quantized_conv: expected groups >= 1, got " + groups);
    }
  }

  @Override
  public String name() {
    return "quantized_conv" + window.rank() + "d";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Quantization.arity(name(), in, bias);
    Shape x = in.get(0).shape();
    Shape w = in.get(3).shape();
    Conv.checkShapes(name(), x, w, window, groups);
    Check.that(x.dim(1) > 0, name(), "at least one input channel", x);
    DType result = Quantization.product(name(), in, bias, w.dim(0));
    return List.of(new TensorSpec(window.outShape(name(), x, w.dim(0)), result));
  }

  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    return infer(in).get(0).shape().size() * Conv.perOutput(in.get(3).shape());
  }
}
