package dev.balboa.nn.optim;

import dev.balboa.nn.op.AdamStep;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.tensor.Parameter;
import java.util.List;
import java.util.Map;

/**
 * Adam (Kingma and Ba, 2015); beta 0.9 and 0.999, epsilon 1e-8 and weight decay 0 unless told. The
 * formulas are {@link AdamStep}'s.
 */
public final class Adam extends Optimizer {
  private AdamStep step = new AdamStep(0.9, 0.999, 1e-8, 0, false);

  /** With the customary hyper-parameters. */
  public Adam(Map<String, Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  /** Decay rates of the two moments. */
  public Adam betas(double beta1, double beta2) {
    checkConfigurable("betas");
    step = new AdamStep(beta1, beta2, step.epsilon(), step.weightDecay(), false);
    return this;
  }

  /** What is added to the denominator. */
  public Adam epsilon(double epsilon) {
    checkConfigurable("epsilon");
    step = new AdamStep(step.beta1(), step.beta2(), epsilon, step.weightDecay(), false);
    return this;
  }

  /** Adds this multiple of the parameter to its gradient. */
  public Adam weightDecay(double decay) {
    checkConfigurable("weight decay");
    step = new AdamStep(step.beta1(), step.beta2(), step.epsilon(), decay, false);
    return this;
  }

  @Override
  Op step(double decay) {
    return new AdamStep(step.beta1(), step.beta2(), step.epsilon(), decay, false);
  }

  @Override
  double weightDecay() {
    return step.weightDecay();
  }

  @Override
  List<String> stateNames() {
    return List.of("exp_avg", "exp_avg_sq");
  }

  @Override
  boolean countsSteps() {
    return true;
  }

  @Override
  double configuredMomentum() {
    return step.beta1();
  }

  @Override
  public String name() {
    return "adam";
  }
}
