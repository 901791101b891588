package dev.balboa.nn.op;

import java.util.List;

/**
 * Quantizes to U8 by the range of the numbers themselves, as ONNX's DynamicQuantizeLinear: with a =
 * min(0, min x) and b = max(0, max x), scale = (b - a) / 255 (1 if that is 0), zero = round(-a /
 * scale), y as {@link Quantize} has it. Input x, F32 or F64, finite and not empty; outputs y, scale
 * (a scalar like x) and zero point (a scalar).
 */
public record DynamicQuantize() implements QuantizedOp {
  @Override
  public String name() {
    return "dynamic_quantize";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec x = in.get(0);
    Check.that(
        x.dtype() == DType.F32 || x.dtype() == DType.F64, name(), "input of type F32 or F64", x);
    Check.that(x.shape().size() > 0, name(), "at least one element", x);
    return List.of(
        x.withDType(DType.U8),
        x.withShape(Shape.scalar()),
        new TensorSpec(Shape.scalar(), DType.U8));
  }
}
