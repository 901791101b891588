package dev.balboa.nn.op;

import java.util.List;

/**
 * y = (q - zero) scale, rounded once. Inputs q (U8, I8 or I32), scale, and zero point of the type
 * of q: scalars if {@code axis} is -1, else one for each position along {@code axis}. Output: the
 * shape of q, the type of the scale.
 */
public record Dequantize(int axis) implements QuantizedOp {
  @Override
  public String name() {
    return "dequantize";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3);
    if (in.get(0).dtype() != DType.I32) {
      Quantization.code(name(), "input", in.get(0));
    }
    Quantization.parameters(name(), in.get(0).shape(), axis, in.get(1), in.get(2));
    Check.sameType(name(), in.get(0), in.get(2));
    return List.of(in.get(0).withDType(in.get(1).dtype()));
  }
}
