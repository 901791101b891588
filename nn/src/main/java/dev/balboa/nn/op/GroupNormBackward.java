package dev.balboa.nn.op;

import java.util.List;

/**
 * Derivative of {@link GroupNorm}. Inputs x, gamma if there is one, mean and variance as the
 * forward operation wrote them, dy; outputs dx and, with gamma, dgamma and dbeta. Mean and variance
 * are functions of x, so they carry no gradient of their own.
 */
public record GroupNormBackward(int groups, double epsilon) implements NormalizationOp {
  @Override
  public String name() {
    return "group_norm_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 4, 5);
    TensorSpec x = in.get(0);
    boolean scaled = in.size() == 5;
    Shape rows = GroupNorm.check(name(), x, groups, epsilon);
    NormView.checkParameters(name(), in, scaled ? 1 : 0, Shape.of(x.shape().dim(1)));
    NormView.checkBackward(name(), in, scaled, rows);
    return NormView.gradients(in, scaled, true);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    NormView view = NormView.group(c.in(0).spec().shape(), groups, epsilon);
    return view.pullback(c, c.inputs() == 5);
  }
}
