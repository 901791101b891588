package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.List;

/**
 * Layer normalisation (Ba, Kiros and Hinton, 2016) over the last {@code axes} axes: y = gamma (x -
 * mean) / sqrt(variance + epsilon) + beta, with the mean and biased variance of each row. Inputs x,
 * optionally gamma, then optionally beta, both shaped like a row; outputs y, mean and variance,
 * both shaped like the leading axes and F32 for BF16 data, for which gamma and beta may be F32 too.
 * Only y carries a gradient.
 *
 * <p>Not {@code centred} it is root-mean-square normalisation (Zhang and Sennrich, 2019): nothing
 * is subtracted, there is no beta, and the outputs are y and the mean square. A NaN makes its row
 * NaN.
 */
public record LayerNorm(int axes, double epsilon, boolean centred) implements NormalizationOp {
  @Override
  public String name() {
    return centred ? "layer_norm" : "rms_norm";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1, centred ? 3 : 2);
    TensorSpec x = in.get(0);
    Shape rows = check(name(), x, axes, epsilon);
    int rank = x.shape().rank();
    NormView.checkParameters(name(), in, in.size() - 1, x.shape().slice(rank - axes, rank));
    TensorSpec statistic = NormView.statistic(x, rows);
    return centred ? List.of(x, statistic, statistic) : List.of(x, statistic);
  }

  /** The leading axes. */
  static Shape check(String op, TensorSpec x, int axes, double epsilon) {
    Check.floating(op, "input", x);
    int rank = x.shape().rank();
    Check.that(axes >= 1 && axes <= rank, op, "1 to " + rank + " axes of " + x, axes);
    Check.that(epsilon >= 0, op, "epsilon >= 0", epsilon);
    Check.that(
        x.shape().slice(rank - axes, rank).size() > 0, op, "at least one element per row", x);
    return x.shape().slice(0, rank - axes);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    LayerNormBackward op = new LayerNormBackward(axes, epsilon, centred);
    List<Value> in = new ArrayList<>(List.of(c.in(0)));
    if (c.inputs() > 1) {
      in.add(c.in(1));
    }
    in.add(c.out(1));
    if (centred) {
      in.add(c.out(2));
    }
    in.add(c.grad(0));
    return c.emit().applyAll(op, in.toArray(Value[]::new)).subList(0, c.inputs());
  }

  @Override
  public boolean isDifferentiable(int index) {
    return index == 0;
  }
}
