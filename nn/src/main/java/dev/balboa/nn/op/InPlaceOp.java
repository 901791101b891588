package dev.balboa.nn.op;

import dev.balboa.nn.memory.Layout;
import java.util.List;

/**
 * Operations that update their first inputs in place and have no outputs: assignment and optimizer
 * steps. They have no derivative; an input that requires a gradient is refused while recording.
 */
public sealed interface InPlaceOp extends Op permits Assign, AssignRows, OptimizerStep, MultiStep {
  /** How many of the first inputs are written. */
  int mutated();

  /**
   * Checks that what is written has one place for each element, which everybody can write.
   *
   * @throws IllegalArgumentException naming the input that has not
   */
  default void checkWritable(List<TensorSpec> inputs, List<Layout> layouts) {
    for (int i = 0; i < mutated(); i++) {
      TensorSpec spec = inputs.get(i);
      boolean writable = layouts.get(i) instanceof Layout.Strided s && isInjective(s, spec);
      if (!writable) {
        throw new IllegalArgumentException(
            name()
                + ": input "
                + i
                + " is written in place: expected a place of its own for each element, not an expanded tensor, got "
                + spec
                + " in layout "
                + layouts.get(i));
      }
    }
  }

  private static boolean isInjective(Layout.Strided layout, TensorSpec spec) {
    for (int i = 0; i < spec.shape().rank(); i++) {
      if (spec.shape().dim(i) > 1 && layout.stride(i) == 0) {
        return false;
      }
    }
    return true;
  }

  /** Input {@code written}, which is written, shares its memory with input {@code other}. */
  default IllegalArgumentException sharedMemory(int written, int other) {
    return new IllegalArgumentException(
        name()
            + ": input "
            + written
            + " is written in place and shares its memory: expected memory of its own, got that of input "
            + other);
  }

  /** Input {@code written}, which is written, is a view of a copy. */
  default IllegalArgumentException sealed(int written) {
    return new IllegalArgumentException(
        name()
            + ": input "
            + written
            + " is written in place: expected memory in row-major order behind it, got a view of"
            + " what a backend keeps in a layout of its own; copy() that before taking the view");
  }

  @Override
  default List<Value> vjp(Vjp context) {
    throw new UnsupportedOperationException(name() + ": an in-place operation has no derivative");
  }
}
