package dev.balboa.conformance;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * One node with the tensors it is applied to.
 *
 * @param inputs {@code null} where one is left out
 * @param opset version of the operator set that the node is meant in
 */
record Call(Onnx.Node node, long opset, List<Tensor> inputs) {
  int count() {
    return inputs.size();
  }

  boolean has(int i) {
    return i < inputs.size() && inputs.get(i) != null;
  }

  Tensor in(int i) {
    if (!has(i)) {
      throw new IllegalStateException(node.type() + ": the case has no input " + i);
    }
    return inputs.get(i);
  }

  /** An optional input, {@code null} if it is left out. */
  Tensor optional(int i) {
    return has(i) ? inputs.get(i) : null;
  }

  /** Whether somebody wants output {@code i}. */
  boolean wants(int i) {
    return i < node.outputs().size() && !node.outputs().get(i).isEmpty();
  }

  boolean hasAttribute(String name) {
    return node.attributes().containsKey(name);
  }

  long integer(String name, long otherwise) {
    return hasAttribute(name) ? node.attributes().get(name).integer() : otherwise;
  }

  boolean flag(String name) {
    return integer(name, 0) != 0;
  }

  double number(String name, double otherwise) {
    return hasAttribute(name) ? node.attributes().get(name).number() : otherwise;
  }

  String text(String name, String otherwise) {
    return hasAttribute(name) ? node.attributes().get(name).text() : otherwise;
  }

  /** Integers of an attribute, {@code null} if there is none. */
  long[] integers(String name) {
    return hasAttribute(name)
        ? node.attributes().get(name).integers().stream().mapToLong(Long::longValue).toArray()
        : null;
  }

  /** Integers of an input, or of an attribute as older versions have it; {@code null} if none. */
  long[] integers(int i, String name) {
    return has(i) ? integersIn(i) : integers(name);
  }

  /** The elements of an input as integers. */
  long[] integersIn(int i) {
    return Arrays.stream(numbersIn(i)).mapToLong(x -> (long) x).toArray();
  }

  /** The elements of an input as numbers. */
  double[] numbersIn(int i) {
    return numbers(in(i));
  }

  static double[] numbers(Tensor t) {
    return t.cast(DType.F64).toDoubles();
  }

  /** Does not go on if something is asked for that Balboa has not. */
  void uncoveredIf(boolean condition, String reason) {
    if (condition) {
      throw new NotCovered(reason);
    }
  }
}
