package dev.balboa.nn.op;

import java.util.List;

/**
 * Group normalisation (Wu and He, 2018): y = gamma (x - mean) / sqrt(variance + epsilon) + beta
 * with the mean and biased variance of each group of neighbouring channels of each sample. Inputs x
 * [N, C, ...], optionally gamma [C], then optionally beta [C]; outputs y, mean [N, groups] and
 * variance [N, groups]. Only y carries a gradient. A NaN makes its group NaN.
 */
public record GroupNorm(int groups, double epsilon) implements NormalizationOp {
  @Override
  public String name() {
    return "group_norm";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1, 3);
    TensorSpec x = in.get(0);
    Shape rows = check(name(), x, groups, epsilon);
    NormView.checkParameters(name(), in, in.size() - 1, Shape.of(x.shape().dim(1)));
    TensorSpec statistic = NormView.statistic(x, rows);
    return List.of(x, statistic, statistic);
  }

  /** The shape of the statistics. */
  static Shape check(String op, TensorSpec x, int groups, double epsilon) {
    Check.floating(op, "input", x);
    Shape s = x.shape();
    Check.that(s.rank() >= 2, op, "input [N, C, ...] of rank 2 or more", x);
    Check.that(epsilon >= 0, op, "epsilon >= 0", epsilon);
    Check.that(
        groups >= 1 && s.dim(1) % groups == 0,
        op,
        "groups that divide the " + s.dim(1) + " channels of " + x,
        groups);
    Check.that(s.slice(1, s.rank()).size() > 0, op, "at least one element per group", x);
    return Shape.of(s.dim(0), groups);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    GroupNormBackward op = new GroupNormBackward(groups, epsilon);
    Value x = c.in(0);
    Value dy = c.grad(0);
    return c.inputs() == 1
        ? c.emit().applyAll(op, x, c.out(1), c.out(2), dy)
        : c.emit().applyAll(op, x, c.in(1), c.out(1), c.out(2), dy).subList(0, c.inputs());
  }

  @Override
  public boolean isDifferentiable(int index) {
    return index == 0;
  }
}
