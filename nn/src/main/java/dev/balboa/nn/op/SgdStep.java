package dev.balboa.nn.op;

import java.util.List;

/**
 * Stochastic gradient descent, as in PyTorch: g' = g + weightDecay p; with momentum m: v = m v +
 * g', and the step is v, or g' + m v if {@code nesterov}; p = p - lr step. Inputs p, [v if momentum
 * &gt; 0], g, scalars F64 [lr], or [lr, m] with another momentum.
 */
public record SgdStep(double momentum, boolean nesterov, double weightDecay)
    implements OptimizerStep {
  /** Checks the hyper-parameters. */
  public SgdStep {
    OptimizerSteps.nonNegative("sgd", "momentum", momentum);
    OptimizerSteps.nonNegative("sgd", "weight decay", weightDecay);
    if (nesterov && momentum == 0) {
      throw new IllegalArgumentException(
          "sgd: expected momentum > 0 for Nesterov's method, got " + momentum);
    }
  }

  @Override
  public String name() {
    return "sgd_step";
  }

  @Override
  public int mutated() {
    return momentum > 0 ? 2 : 1;
  }

  @Override
  public List<TensorSpec> infer(String op, List<TensorSpec> in) {
    return OptimizerSteps.check(op, in, mutated() + 1, 1, momentum > 0);
  }
}
