package dev.balboa.nn.cases;

import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import java.util.Arrays;
import java.util.List;

/** An operation with inputs. */
record Sample(Op op, List<Input> inputs) {
  static Sample of(Op op, Input... inputs) {
    return new Sample(op, List.copyOf(Arrays.asList(inputs)));
  }

  List<TensorSpec> specs() {
    return inputs.stream().map(Input::spec).toList();
  }

  /** The distinct inputs whose gradients are looked at. */
  List<Integer> leaves() {
    return java.util.stream.IntStream.range(0, inputs.size())
        .filter(i -> inputs.get(i).differentiable() && inputs.get(i).sameAs() < 0)
        .boxed()
        .toList();
  }

  /** The same where only the outputs are looked at. */
  Sample forwardOnly() {
    return new Sample(op, inputs.stream().map(Input::withoutGradient).toList());
  }

  /** With other elements in all inputs, in their order. */
  Sample with(List<double[]> elements) {
    return new Sample(
        op,
        java.util.stream.IntStream.range(0, inputs.size())
            .mapToObj(i -> inputs.get(i).with(elements.get(i)))
            .toList());
  }

  @Override
  public String toString() {
    return op + " of " + inputs;
  }
}
