package dev.balboa.bench.onnxruntime;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An ONNX model (operator set 17) under construction. */
final class OnnxGraph {
  private static final int FLOAT = 1;
  private static final int FLOAT_ATTRIBUTE = 1;
  private static final int INT_ATTRIBUTE = 2;
  private static final int INTS_ATTRIBUTE = 7;

  private final Message graph = new Message().text(2, "measured");

  /** A node of ONNX's own operators, named after its only output. */
  void node(String type, String output, String[] inputs, Message... attributes) {
    node("", type, output, inputs, attributes);
  }

  /** A node of another domain. */
  void node(String domain, String type, String output, String[] inputs, Message... attributes) {
    Message node = new Message();
    for (String input : inputs) {
      node.text(1, input);
    }
    node.text(2, output).text(3, output).text(4, type);
    for (Message attribute : attributes) {
      node.message(5, attribute);
    }
    graph.message(1, domain.isEmpty() ? node : node.text(7, domain));
  }

  static Message integer(String name, long value) {
    return new Message().text(1, name).integer(3, value).integer(20, INT_ATTRIBUTE);
  }

  static Message number(String name, float value) {
    return new Message().text(1, name).number(2, value).integer(20, FLOAT_ATTRIBUTE);
  }

  static Message ints(String name, long... values) {
    Message attribute = new Message().text(1, name);
    for (long value : values) {
      attribute.integer(8, value);
    }
    return attribute.integer(20, INTS_ATTRIBUTE);
  }

  /** A constant, which ONNX Runtime may pack. */
  void tensor(String name, float[] elements, long... dims) {
    ByteBuffer bytes =
        ByteBuffer.allocate(elements.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(elements);
    Message tensor = new Message();
    for (long dim : dims) {
      tensor.integer(1, dim);
    }
    graph.message(5, tensor.integer(2, FLOAT).text(8, name).bytes(9, ByteString.copyFrom(bytes)));
  }

  void input(String name, long... dims) {
    graph.message(11, value(name, dims));
  }

  void output(String name, long... dims) {
    graph.message(12, value(name, dims));
  }

  private static Message value(String name, long... dims) {
    Message shape = new Message();
    for (long dim : dims) {
      shape.message(1, new Message().integer(1, dim));
    }
    Message tensor = new Message().integer(1, FLOAT).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  /** The serialised model. */
  byte[] model() {
    return new Message()
        .integer(1, 8)
        .message(7, graph)
        .message(8, new Message().text(1, "").integer(2, 17))
        .message(8, new Message().text(1, OnnxModels.MICROSOFT).integer(2, 1))
        .toBytes()
        .toByteArray();
  }
}
