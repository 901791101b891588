package dev.balboa.conformance;

import java.util.List;
import java.util.Map;

/** The part of ONNX's format (onnx.proto, IR version 8) that its test cases use. */
final class Onnx {
  private Onnx() {}

  /**
   * A model.
   *
   * @param opset version of the default operator set
   */
  record Model(Graph graph, long opset) {}

  /** What goes into a graph or comes out of it; other things than tensors are not read. */
  record Port(String name, boolean isTensor) {}

  /**
   * A graph.
   *
   * @param nodes in an order in which they can be run
   * @param constants the initializers
   * @param inputs with the initializers where the model lists them
   */
  record Graph(List<Node> nodes, List<Elements> constants, List<Port> inputs, List<Port> outputs) {}

  /** A node; an empty name stands for an input or output that is left out. */
  record Node(
      String type,
      String domain,
      List<String> inputs,
      List<String> outputs,
      Map<String, Attribute> attributes) {}

  /**
   * The value of an attribute; only what its type says is set.
   *
   * @param tensor {@code null} if there is none
   * @param isGraph whether it holds a graph, which is not read
   */
  record Attribute(
      float number,
      long integer,
      String text,
      Elements tensor,
      List<Float> numbers,
      List<Long> integers,
      List<String> texts,
      boolean isGraph) {}
}
