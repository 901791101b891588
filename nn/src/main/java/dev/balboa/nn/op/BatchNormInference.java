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
    Emit e = c.emit();
    Value x = c.in(0);
    Value g = c.grad(0);
    int[] axes = BatchNorms.axes(x);
    Value inverse = BatchNorms.inverseDeviation(e, c.in(4), epsilon);
    Value scale = e.mul(c.in(1), inverse);
    Value[] d = new Value[5];
    d[0] = c.needs(0) ? e.mul(g, BatchNorms.broadcastable(e, scale, x)) : null;
    if (c.needs(1) || c.needs(4)) {
      Value centred = e.sub(x, BatchNorms.broadcastable(e, c.in(3), x));
      Value product = e.sum(e.mul(g, centred), false, axes);
      d[1] = e.mul(product, inverse);
      Value half = e.affine(e.mul(product, scale), -0.5, 0);
      d[4] = c.needs(4) ? e.mul(half, e.unary(UnaryKind.SQUARE, inverse)) : null;
    }
    if (c.needs(2) || c.needs(3)) {
      d[2] = e.sum(g, false, axes);
      d[3] = c.needs(3) ? e.neg(e.mul(d[2], scale)) : null;
    }
    return Vjp.grads(d);
  }
}
