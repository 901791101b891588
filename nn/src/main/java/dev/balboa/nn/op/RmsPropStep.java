package dev.balboa.nn.op;

import java.util.List;

/**
 * RMSprop (Tieleman and Hinton, 2012), as in PyTorch: g' = g + weightDecay p; s = alpha s + (1 -
 * alpha) g'^2; d = g' / (sqrt(s) + epsilon); with momentum m: b = m b + d, and the step is b, else
 * d; p = p - lr step. Inputs p, s, [b if momentum &gt; 0], g, scalars F64 [lr], or [lr, m] with
 * another momentum.
 */
public record RmsPropStep(double alpha, double epsilon, double momentum, double weightDecay)
    implements OptimizerStep {
  /** Checks the hyper-parameters. */
  public RmsPropStep {
    OptimizerSteps.decay("rmsprop", "alpha", alpha);
    OptimizerSteps.nonNegative("rmsprop", "epsilon", epsilon);
    OptimizerSteps.nonNegative("rmsprop", "momentum", momentum);
    OptimizerSteps.nonNegative("rmsprop", "weight decay", weightDecay);
  }

  @Override
  public String name() {
    return "rmsprop_step";
  }

  @Override
  public int mutated() {
    return momentum > 0 ? 3 : 2;
  }

  @Override
  public List<TensorSpec> infer(String op, List<TensorSpec> in) {
    return OptimizerSteps.check(op, in, mutated() + 1, 1, momentum > 0);
  }
}
