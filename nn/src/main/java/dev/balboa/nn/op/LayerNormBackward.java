package dev.balboa.nn.op;

import java.util.List;

/**
 * Derivative of {@link LayerNorm}. Inputs x, gamma if there is one, mean (if {@code centred}) and
 * variance as the forward operation wrote them, dy; outputs dx and, with gamma, dgamma and (if
 * {@code centred}) dbeta. The statistics are functions of x, so they carry no gradient of their
 * own.
 */
public record LayerNormBackward(int axes, double epsilon, boolean centred)
    implements NormalizationOp {
  @Override
  public String name() {
    return centred ? "layer_norm_backward" : "rms_norm_backward";
  }

  /** Whether there is a gamma among so many inputs. */
  public boolean isScaled(int inputs) {
    return inputs == (centred ? 5 : 4);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, centred ? 4 : 3, centred ? 5 : 4);
    TensorSpec x = in.get(0);
    boolean scaled = isScaled(in.size());
    Shape rows = LayerNorm.check(name(), x, axes, epsilon);
    int rank = x.shape().rank();
    Shape row = x.shape().slice(rank - axes, rank);
    NormView.checkParameters(name(), in, scaled ? 1 : 0, row);
    NormView.checkBackward(name(), in, scaled, rows);
    return NormView.gradients(in, scaled, centred);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    NormView view = NormView.layer(c.in(0).spec().shape(), axes, centred, epsilon);
    return view.pullback(c, isScaled(c.inputs()));
  }
}
