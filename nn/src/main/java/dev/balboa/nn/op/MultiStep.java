package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.List;

/**
 * The same optimizer step for several parameters in one call ("multi-tensor"). Inputs: parameter
 * and state of the first, those of the second and so on, the gradients in the same order, and the
 * numbers of the step, which are the same for all.
 *
 * @param step of each
 * @param count of parameters, at least 1, all of one type
 */
public record MultiStep(OptimizerStep step, int count) implements InPlaceOp {
  /** Checks the count. */
  public MultiStep {
    if (count < 1) {
      throw new IllegalArgumentException(
          "multi_" + step.name() + ": expected at least 1 parameter, got " + count);
    }
  }

  @Override
  public String name() {
    return "multi_" + step.name();
  }

  @Override
  public int mutated() {
    return count * step.mutated();
  }

  /** Where among the inputs input {@code input} of the step for parameter {@code k} is. */
  public int input(int k, int input) {
    int each = step.mutated();
    if (input < each) {
      return k * each + input;
    }
    return input == each ? count * each + k : count * (each + 1);
  }

  /** The inputs of the step for parameter {@code k}, of all. */
  public <T> List<T> inputs(int k, List<T> all) {
    List<T> own = new ArrayList<>();
    for (int i = 0; i < step.mutated() + 2; i++) {
      own.add(all.get(input(k, i)));
    }
    return own;
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, count * (step.mutated() + 1) + 1);
    for (int k = 0; k < count; k++) {
      List<TensorSpec> own = inputs(k, in);
      step.infer(name(), own);
      Check.that(
          own.get(0).dtype() == in.get(0).dtype(),
          name(),
          "parameters of type " + in.get(0).dtype(),
          own.get(0));
    }
    return List.of();
  }
}
