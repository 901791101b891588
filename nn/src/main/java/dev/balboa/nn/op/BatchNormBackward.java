package dev.balboa.nn.op;

import java.util.List;

/**
 * Derivative of {@link BatchNormTraining}. Inputs x, gamma, mean, variance (those of the batch x),
 * dy; outputs dx, dgamma, dbeta. Mean and variance are functions of x, so they carry no gradient of
 * their own.
 *
 * @param given whether mean and variance are constants instead, as for {@link BatchNormInference}
 */
public record BatchNormBackward(double epsilon, boolean given) implements NormalizationOp {
  /** With the statistics of the batch. */
  public BatchNormBackward(double epsilon) {
    this(epsilon, false);
  }

  @Override
  public String name() {
    return "batch_norm_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 5);
    TensorSpec x = in.get(0);
    BatchNorms.check(name(), x, in.subList(1, 2), in.subList(2, 4), epsilon);
    Check.that(in.get(4).equals(x), name(), "dy " + x, in.get(4));
    return List.of(x, in.get(1), in.get(1));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    if (given) {
      return ofGiven(c);
    }
    List<Value> at = List.of(c.in(0), c.in(1), c.in(4));
    DType data = c.in(0).spec().dtype();
    DType wide = c.in(1).spec().dtype();
    int[] axes = BatchNorms.axes(c.in(0));
    List<Value> fromDx =
        c.pullback(
            (e, v) -> e.cast(dx(e, e.cast(v.get(0), wide), v.get(1), e.cast(v.get(2), wide)), data),
            at,
            c.grad(0));
    List<Value> fromDgamma =
        c.pullback(
            (e, v) ->
                e.sum(
                    e.mul(e.cast(v.get(2), wide), normalized(e, e.cast(v.get(0), wide))),
                    false,
                    axes),
            at,
            c.grad(1));
    List<Value> fromDbeta =
        c.pullback((e, v) -> e.sum(e.cast(v.get(2), wide), false, axes), at, c.grad(2));
    Value[] total = new Value[3];
    Emit e = c.emit();
    for (int i = 0; i < 3; i++) {
      total[i] = e.plus(e.plus(fromDx.get(i), fromDgamma.get(i)), fromDbeta.get(i));
    }
    return Vjp.grads(total[0], total[1], null, null, total[2]);
  }

  /** dx = gamma dy / sd, dgamma = sum(dy (x - mean) / sd), dbeta = sum(dy), differentiated. */
  private List<Value> ofGiven(Vjp c) {
    List<Value> at = List.of(c.in(0), c.in(1), c.in(2), c.in(3), c.in(4));
    DType wide = c.in(2).spec().dtype();
    DType narrow = c.in(0).spec().dtype();
    DType parameters = c.in(1).spec().dtype();
    int[] axes = BatchNorms.axes(c.in(0));
    List<Value> fromDx =
        c.pullback(
            (e, v) -> {
              Value sd = BatchNorms.inverseDeviation(e, v.get(3), epsilon);
              Value scale = e.mul(e.cast(v.get(1), wide), sd);
              Value spread = BatchNorms.broadcastable(e, scale, v.get(0));
              return e.cast(e.mul(e.cast(v.get(4), wide), spread), narrow);
            },
            at,
            c.grad(0));
    List<Value> fromDgamma =
        c.pullback(
            (e, v) -> {
              Value mean = BatchNorms.broadcastable(e, v.get(2), v.get(0));
              Value centred = e.sub(e.cast(v.get(0), wide), mean);
              Value sum = e.sum(e.mul(e.cast(v.get(4), wide), centred), false, axes);
              Value sd = BatchNorms.inverseDeviation(e, v.get(3), epsilon);
              return e.cast(e.mul(sum, sd), parameters);
            },
            at,
            c.grad(1));
    List<Value> fromDbeta =
        c.pullback(
            (e, v) -> e.cast(e.sum(e.cast(v.get(4), wide), false, axes), parameters),
            at,
            c.grad(2));
    Value[] total = new Value[5];
    Emit e = c.emit();
    for (int i = 0; i < 5; i++) {
      total[i] = e.plus(e.plus(fromDx.get(i), fromDgamma.get(i)), fromDbeta.get(i));
    }
    return Vjp.grads(total);
  }

  private Value normalized(Emit e, Value x) {
    Value centred = centred(e, x);
    return e.mul(centred, inverse(e, centred));
  }

  private static Value centred(Emit e, Value x) {
    return e.sub(x, e.mean(x, true, BatchNorms.axes(x)));
  }

  private Value inverse(Emit e, Value centred) {
    Value variance = e.mean(e.unary(UnaryKind.SQUARE, centred), true, BatchNorms.axes(centred));
    return BatchNorms.inverseDeviation(e, variance, epsilon);
  }

  /** gamma / sqrt(var + epsilon) (dy - mean(dy) - xhat mean(dy xhat)). */
  private Value dx(Emit e, Value x, Value gamma, Value dy) {
    Value centred = centred(e, x);
    Value inverse = inverse(e, centred);
    Value xhat = e.mul(centred, inverse);
    int[] axes = BatchNorms.axes(x);
    Value inner =
        e.sub(e.sub(dy, e.mean(dy, true, axes)), e.mul(xhat, e.mean(e.mul(dy, xhat), true, axes)));
    return e.mul(e.mul(BatchNorms.broadcastable(e, gamma, x), inverse), inner);
  }
}
