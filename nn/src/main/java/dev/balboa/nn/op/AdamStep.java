package dev.balboa.nn.op;

import java.util.List;

/**
 * Adam (Kingma and Ba, 2015) and, if {@code decoupled}, AdamW (Loshchilov and Hutter, 2019), as in
 * PyTorch:
 *
 * <pre>
 * decoupled: p = p - lr weightDecay p      otherwise: g = g + weightDecay p
 * m = beta1 m + (1 - beta1) g
 * v = beta2 v + (1 - beta2) g^2
 * p = p - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 * </pre>
 *
 * Inputs p, m, v, g, scalars F64 [lr, t] with t counting from 1, or [lr, t, m] with m in place of
 * beta1.
 */
public record AdamStep(
    double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled)
    implements OptimizerStep {
  /** Checks the hyper-parameters. */
  public AdamStep {
    OptimizerSteps.decay("adam", "beta1", beta1);
    OptimizerSteps.decay("adam", "beta2", beta2);
    OptimizerSteps.nonNegative("adam", "epsilon", epsilon);
    OptimizerSteps.nonNegative("adam", "weight decay", weightDecay);
  }

  @Override
  public String name() {
    return "adam_step";
  }

  @Override
  public int mutated() {
    return 3;
  }

  @Override
  public List<TensorSpec> infer(String op, List<TensorSpec> in) {
    return OptimizerSteps.check(op, in, 4, 2, true);
  }
}
