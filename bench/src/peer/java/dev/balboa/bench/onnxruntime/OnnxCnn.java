package dev.balboa.bench.onnxruntime;

import dev.balboa.bench.Cnn;

/** The measured network as an ONNX model for one batch size. */
final class OnnxCnn {
  private final OnnxGraph graph = new OnnxGraph();

  private OnnxCnn() {}

  /** The serialised model; input {@code x}, output {@code y}. */
  static byte[] model(int batch) {
    return new OnnxCnn().build(batch);
  }

  private byte[] build(int batch) {
    conv("x", "c1", Cnn.conv1Weight(), Cnn.conv1Bias(), 32, 1);
    conv("c1", "c2", Cnn.conv2Weight(), Cnn.conv2Bias(), 64, 32);
    graph.node("Flatten", "flat", new String[] {"c2"});
    dense("flat", "hidden", Cnn.dense1Weight(), Cnn.dense1Bias(), 128);
    graph.node("Relu", "active", new String[] {"hidden"});
    dense("active", "y", Cnn.dense2Weight(), Cnn.dense2Bias(), 10);
    graph.input("x", batch, 1, 28, 28);
    graph.output("y", batch, 10);
    return graph.model();
  }

  private void conv(String from, String to, float[] weight, float[] bias, int out, int in) {
    graph.tensor(to + ".w", weight, out, in, 3, 3);
    graph.tensor(to + ".b", bias, out);
    graph.node(
        "Conv",
        to + ".conv",
        new String[] {from, to + ".w", to + ".b"},
        OnnxGraph.ints("kernel_shape", 3, 3),
        OnnxGraph.ints("pads", 1, 1, 1, 1));
    graph.node("Relu", to + ".relu", new String[] {to + ".conv"});
    graph.node(
        "MaxPool",
        to,
        new String[] {to + ".relu"},
        OnnxGraph.ints("kernel_shape", 2, 2),
        OnnxGraph.ints("strides", 2, 2));
  }

  private void dense(String from, String to, float[] weight, float[] bias, int out) {
    graph.tensor(to + ".w", weight, out, weight.length / out);
    graph.tensor(to + ".b", bias, out);
    graph.node(
        "Gemm", to, new String[] {from, to + ".w", to + ".b"}, OnnxGraph.integer("transB", 1));
  }
}
