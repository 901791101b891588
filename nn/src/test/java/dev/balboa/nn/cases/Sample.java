package dev.balboa.nn.cases;

import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** What is applied to inputs, and the inputs. */
record Sample(Applied applied, List<Input> inputs) {
  /** What is applied. */
  sealed interface Applied {}

  /** One operation. */
  record AnOp(Op op) implements Applied {
    @Override
    public String toString() {
      return op.toString();
    }
  }

  /** A function composed of operations, with its hyper-parameters. */
  record AFunction(String text, Function<List<Tensor>, List<Tensor>> function) implements Applied {
    @Override
    public String toString() {
      return text;
    }
  }

  static Sample of(Op op, Input... inputs) {
    return new Sample(new AnOp(op), List.copyOf(Arrays.asList(inputs)));
  }

  static Sample of(Op op, List<Input> inputs) {
    return new Sample(new AnOp(op), inputs);
  }

  /** A function of tensors with one result; {@code text} says which and with what parameters. */
  static Sample of(String text, Function<List<Tensor>, Tensor> function, Input... inputs) {
    return ofMany(text, in -> List.of(function.apply(in)), inputs);
  }

  /** A function of tensors with several results. */
  static Sample ofMany(
      String text, Function<List<Tensor>, List<Tensor>> function, Input... inputs) {
    return new Sample(new AFunction(text, function), List.copyOf(Arrays.asList(inputs)));
  }

  /** The operation of a sample that has one. */
  Op op() {
    return ((AnOp) applied).op();
  }

  boolean isFunction() {
    return applied instanceof AFunction;
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
    return new Sample(applied, inputs.stream().map(Input::withoutGradient).toList());
  }

  /** With other elements in all inputs, in their order. */
  Sample with(List<double[]> elements) {
    return new Sample(
        applied,
        java.util.stream.IntStream.range(0, inputs.size())
            .mapToObj(i -> inputs.get(i).with(elements.get(i)))
            .toList());
  }

  @Override
  public String toString() {
    return applied + " of " + inputs;
  }
}
