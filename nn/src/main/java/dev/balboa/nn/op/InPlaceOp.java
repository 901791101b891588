package dev.balboa.nn.op;

import java.util.List;

/**
 * Operations that update their first inputs in place and have no outputs: assignment and optimizer
 * steps. They have no derivative; an input that requires a gradient is refused while recording.
 */
public sealed interface InPlaceOp extends Op
    permits Assign, AssignRows, SgdStep, AdamStep, RmsPropStep {
  /** How many of the first inputs are written. */
  int mutated();

  @Override
  default List<Value> vjp(Vjp context) {
    throw new UnsupportedOperationException(name() + ": an in-place operation has no derivative");
  }
}
