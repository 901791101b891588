package dev.balboa.nn.op;

import java.util.List;

/**
 * y = saturate(round(x / scale) + zero) with halves to even; NaN becomes code 0. The quotient is
 * rounded to the type of x (BF16: to F32) first. Inputs x, scale and zero point (U8 or I8): scalars
 * if {@code axis} is -1, else one for each position along {@code axis}. Output: the shape of x, the
 * type of the zero point.
 */
public record Quantize(int axis) implements QuantizedOp {
  @Override
  public String name() {
    return "quantize";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3);
    Check.floating(name(), "input", in.get(0));
    Quantization.parameters(name(), in.get(0).shape(), axis, in.get(1), in.get(2));
    Check.sameType(name(), in.get(0), in.get(1));
    Quantization.code(name(), "zero point", in.get(2));
    return List.of(in.get(0).withDType(in.get(2).dtype()));
  }
}
