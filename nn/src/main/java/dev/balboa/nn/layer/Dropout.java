package dev.balboa.nn.layer;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;

/**
 * In training, zeroes each element with probability p and scales the others by 1/(1-p) (Srivastava
 * et al., 2014), under keys from the execution's random stream; in inference, the identity.
 */
public final class Dropout extends Layer {
  private final double p;

  /** Drops with probability 0 &lt;= p &lt; 1. */
  public Dropout(double p) {
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException("Dropout: expected 0 <= p < 1, got " + p);
    }
    this.p = p;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return drop(x, p);
  }

  /** The function itself, for layers that drop with a probability of their own. */
  public static Tensor drop(Tensor x, double p) {
    Execution execution = Execution.current();
    return p > 0 && execution.isTraining() ? Functions.dropout(x, p, execution.random()) : x;
  }
}
