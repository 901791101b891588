package dev.balboa.nn.op;

import java.util.List;

/**
 * One step of an optimizer for one parameter. Inputs: the parameter, its state, all of which are
 * updated, the gradient, and the numbers that change from step to step.
 */
public sealed interface OptimizerStep extends InPlaceOp permits SgdStep, AdamStep, RmsPropStep {
  @Override
  default List<TensorSpec> infer(List<TensorSpec> in) {
    return infer(name(), in);
  }

  /** As {@link #infer(List)}; errors begin with the name of the operation that has this step. */
  List<TensorSpec> infer(String op, List<TensorSpec> in);
}
