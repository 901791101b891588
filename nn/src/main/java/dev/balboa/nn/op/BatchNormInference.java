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
    DType wide = c.in(3).spec().dtype(); // the type of the statistics
    DType narrow = c.in(0).spec().dtype();
    DType parameter = c.in(1).spec().dtype();
    Value x = e.cast(c.in(0), wide);
    Value g = e.cast(c.grad(0), wide);
    int[] axes = BatchNorms.axes(x);
    Value inverse = BatchNorms.inverseDeviation(e, c.in(4), epsilon);
    Value scale = e.mul(e.cast(c.in(1), wide), inverse);
    Value[] d = new Value[5];
    if (c.needs(0)) {
      d[0] = e.cast(e.mul(g, BatchNorms.broadcastable(e, scale, x)), narrow);
    }
    if (c.needs(1) || c.needs(4)) {
      Value centred = e.sub(x, BatchNorms.broadcastable(e, c.in(3), x));
      Value product = e.sum(e.mul(g, centred), false, axes);
      d[1] = e.cast(e.mul(product, inverse), parameter);
      Value half = e.affine(e.mul(product, scale), -0.5, 0);
      d[4] = c.needs(4) ? e.mul(half, e.unary(UnaryKind.SQUARE, inverse)) : null;
    }
    if (c.needs(2) || c.needs(3)) {
      Value sum = e.sum(g, false, axes);
      d[2] = e.cast(sum, parameter);
      d[3] = c.needs(3) ? e.neg(e.mul(sum, scale)) : null;
    }
    return Vjp.grads(d);
  }
}
