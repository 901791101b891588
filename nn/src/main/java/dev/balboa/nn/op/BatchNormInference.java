package dev.balboa.nn.op;

import java.util.List;

/**
 * Batch normalisation with given statistics: y = gamma (x - mean) / sqrt(variance + epsilon) +
 * beta. Inputs x [N, C, ...], gamma, beta, mean, variance, each [C].
 */
public record BatchNormInference(double epsilon) implements NormalizationOp {
  @Override
  public String name() {
    return "batch_norm_inference";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 5);
    BatchNorms.check(name(), in.get(0), in.subList(1, 5), epsilon);
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return c.pullback(
        this::define, List.of(c.in(0), c.in(1), c.in(2), c.in(3), c.in(4)), c.grad(0));
  }

  private Value define(Emit e, List<Value> in) {
    Value x = in.get(0);
    Value scale = e.mul(in.get(1), BatchNorms.inverseDeviation(e, in.get(4), epsilon));
    Value centred = e.sub(x, BatchNorms.broadcastable(e, in.get(3), x));
    Value scaled = e.mul(centred, BatchNorms.broadcastable(e, scale, x));
    return e.add(scaled, BatchNorms.broadcastable(e, in.get(2), x));
  }
}
