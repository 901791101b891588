package dev.balboa.nn.op;

import java.util.List;

/**
 * Inference on bytes. A code q of type U8 or I8 stands for the number scale (q - zero); the zero
 * point has the type of the codes, so that 0 always has a code of its own. Scales are
 * floating-point tensors and zero points integer tensors, not hyper-parameters: they may come out
 * of other operations. There are no gradients.
 */
public sealed interface QuantizedOp extends Op
    permits Quantize, Dequantize, DynamicQuantize, QuantizedConv, QuantizedMatmul, QuantizedLinear {
  @Override
  default List<Value> vjp(Vjp c) {
    return Vjp.grads(new Value[c.inputs()]);
  }

  @Override
  default boolean isDifferentiable(int index) {
    return false;
  }
}
