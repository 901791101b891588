package dev.balboa.nn.optim;

import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.RmsPropStep;
import dev.balboa.nn.tensor.Parameter;
import java.util.List;
import java.util.Map;

/**
 * RMSprop (Tieleman and Hinton, 2012); alpha 0.99, epsilon 1e-8, no momentum and no weight decay
 * unless told. The formulas are {@link RmsPropStep}'s.
 */
public final class RmsProp extends Optimizer {
  private RmsPropStep step = new RmsPropStep(0.99, 1e-8, 0, 0);

  /** With the customary hyper-parameters. */
  public RmsProp(Map<String, Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  /** Decay rate of the squared gradients' mean. */
  public RmsProp alpha(double alpha) {
    checkConfigurable("alpha");
    step = new RmsPropStep(alpha, step.epsilon(), step.momentum(), step.weightDecay());
    return this;
  }

  /** What is added to the denominator. */
  public RmsProp epsilon(double epsilon) {
    checkConfigurable("epsilon");
    step = new RmsPropStep(step.alpha(), epsilon, step.momentum(), step.weightDecay());
    return this;
  }

  /** Accumulates steps with this factor, 0 for none. */
  public RmsProp momentum(double momentum) {
    checkConfigurable("momentum");
    step = new RmsPropStep(step.alpha(), step.epsilon(), momentum, step.weightDecay());
    return this;
  }

  /** Adds this multiple of the parameter to its gradient. */
  public RmsProp weightDecay(double decay) {
    checkConfigurable("weight decay");
    step = new RmsPropStep(step.alpha(), step.epsilon(), step.momentum(), decay);
    return this;
  }

  @Override
  Op step(double decay) {
    return new RmsPropStep(step.alpha(), step.epsilon(), step.momentum(), decay);
  }

  @Override
  double weightDecay() {
    return step.weightDecay();
  }

  @Override
  List<String> stateNames() {
    return step.momentum() > 0 ? List.of("square_avg", "momentum_buffer") : List.of("square_avg");
  }

  @Override
  boolean countsSteps() {
    return false;
  }

  @Override
  double configuredMomentum() {
    return step.momentum() > 0 ? step.momentum() : Double.NaN;
  }

  @Override
  public String name() {
    return "rmsprop";
  }
}
