package dev.balboa.bench.onnxruntime;

import com.google.protobuf.ByteString;
import dev.balboa.bench.Cnn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The measured network as an ONNX model (operator set 17) for one batch size. */
final class OnnxCnn {
  private static final int FLOAT = 1;
  private static final int INT_ATTRIBUTE = 2;
  private static final int INTS_ATTRIBUTE = 7;

  private final Message graph = new Message();

  private OnnxCnn() {}

  /** The serialised model; input {@code x}, output {@code logits}. */
  static byte[] model(int batch) {
    return new OnnxCnn().build(batch);
  }

  private byte[] build(int batch) {
    conv("x", "c1", Cnn.conv1Weight(), Cnn.conv1Bias(), 32, 1);
    conv("c1", "c2", Cnn.conv2Weight(), Cnn.conv2Bias(), 64, 32);
    node("Flatten", "flat", new String[] {"c2"});
    dense("flat", "hidden", Cnn.dense1Weight(), Cnn.dense1Bias(), 128);
    node("Relu", "active", new String[] {"hidden"});
    dense("active", "logits", Cnn.dense2Weight(), Cnn.dense2Bias(), 10);
    graph
        .text(2, "cnn")
        .message(11, value("x", batch, 1, 28, 28))
        .message(12, value("logits", batch, 10));
    Message operators = new Message().text(1, "").integer(2, 17);
    return new Message()
        .integer(1, 8)
        .message(7, graph)
        .message(8, operators)
        .toBytes()
        .toByteArray();
  }

  private void conv(String from, String to, float[] weight, float[] bias, int out, int in) {
    tensor(to + ".w", weight, out, in, 3, 3);
    tensor(to + ".b", bias, out);
    node(
        "Conv",
        to + ".conv",
        new String[] {from, to + ".w", to + ".b"},
        ints("kernel_shape", 3, 3),
        ints("pads", 1, 1, 1, 1));
    node("Relu", to + ".relu", new String[] {to + ".conv"});
    node(
        "MaxPool",
        to,
        new String[] {to + ".relu"},
        ints("kernel_shape", 2, 2),
        ints("strides", 2, 2));
  }

  private void dense(String from, String to, float[] weight, float[] bias, int out) {
    tensor(to + ".w", weight, out, weight.length / out);
    tensor(to + ".b", bias, out);
    Message transposed = new Message().text(1, "transB").integer(3, 1).integer(20, INT_ATTRIBUTE);
    node("Gemm", to, new String[] {from, to + ".w", to + ".b"}, transposed);
  }

  private void node(String type, String output, String[] inputs, Message... attributes) {
    Message node = new Message();
    for (String input : inputs) {
      node.text(1, input);
    }
    node.text(2, output).text(3, output).text(4, type);
    for (Message attribute : attributes) {
      node.message(5, attribute);
    }
    graph.message(1, node);
  }

  private static Message ints(String name, long... values) {
    Message attribute = new Message().text(1, name);
    for (long value : values) {
      attribute.integer(8, value);
    }
    return attribute.integer(20, INTS_ATTRIBUTE);
  }

  private void tensor(String name, float[] elements, long... dims) {
    ByteBuffer bytes =
        ByteBuffer.allocate(elements.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(elements);
    Message tensor = new Message();
    for (long dim : dims) {
      tensor.integer(1, dim);
    }
    graph.message(5, tensor.integer(2, FLOAT).text(8, name).bytes(9, ByteString.copyFrom(bytes)));
  }

  private static Message value(String name, long... dims) {
    Message shape = new Message();
    for (long dim : dims) {
      shape.message(1, new Message().integer(1, dim));
    }
    Message tensor = new Message().integer(1, FLOAT).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }
}
