package dev.balboa.nn.op;

import java.util.List;

/**
 * Batch normalisation with given statistics: y = gamma (x - mean) / sqrt(variance + epsilon) +
 * beta. Inputs x [N, C, ...], gamma, beta, mean, variance, each [C]; for BF16 data the statistics
 * are F32, and gamma and beta may be.
 */
public record BatchNormInference(double epsilon) implements NormalizationOp {
  @Override
  public String name() {
    return "batch_norm_inference";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 5);
    BatchNorms.check(name(), in.get(0), in.subList(1, 3), in.subList(3, 5), epsilon);
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    List<Value> sums =
        e.applyAll(
            new BatchNormBackward(epsilon, true), c.in(0), c.in(1), c.in(3), c.in(4), c.grad(0));
    DType wide = c.in(3).spec().dtype(); // the type of the statistics
    Value inverse = BatchNorms.inverseDeviation(e, c.in(4), epsilon);
    Value scale = e.mul(e.cast(c.in(1), wide), inverse);
    Value[] d = {sums.get(0), sums.get(1), sums.get(2), null, null};
    if (c.needs(3)) {
      d[3] = e.neg(e.mul(e.cast(sums.get(2), wide), scale));
    }
    if (c.needs(4)) {
      Value half = e.affine(e.mul(e.cast(sums.get(1), wide), scale), -0.5, 0);
      d[4] = e.mul(half, inverse);
    }
    return Vjp.grads(d);
  }
}
