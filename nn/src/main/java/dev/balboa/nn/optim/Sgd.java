package dev.balboa.nn.optim;

import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.SgdStep;
import dev.balboa.nn.tensor.Parameter;
import java.util.List;
import java.util.Map;

/** Stochastic gradient descent, plain unless told otherwise; the formulas are {@link SgdStep}'s. */
public final class Sgd extends Optimizer {
  private SgdStep step = new SgdStep(0, false, 0);

  /** Plain gradient descent. */
  public Sgd(Map<String, Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  /** Accumulates gradients with this factor, 0 for none. */
  public Sgd momentum(double momentum) {
    checkConfigurable("momentum");
    step = new SgdStep(momentum, step.nesterov(), step.weightDecay());
    return this;
  }

  /** Nesterov's method; set the momentum first. */
  public Sgd nesterov() {
    checkConfigurable("nesterov");
    step = new SgdStep(step.momentum(), true, step.weightDecay());
    return this;
  }

  /** Adds this multiple of the parameter to its gradient. */
  public Sgd weightDecay(double decay) {
    checkConfigurable("weight decay");
    step = new SgdStep(step.momentum(), step.nesterov(), decay);
    return this;
  }

  @Override
  Op step(double decay) {
    return new SgdStep(step.momentum(), step.nesterov(), decay);
  }

  @Override
  double weightDecay() {
    return step.weightDecay();
  }

  @Override
  List<String> stateNames() {
    return step.momentum() > 0 ? List.of("momentum_buffer") : List.of();
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
    return "sgd";
  }
}
