package dev.balboa.bench.onnxruntime;

import dev.balboa.bench.Inputs;
import dev.balboa.bench.ModelTask;
import dev.balboa.bench.Task;
import dev.balboa.bench.Weights;
import java.util.Arrays;

/**
 * Operations, layers and models of the tasks as ONNX models: input {@code x}, output {@code y}.
 * Recurrent layers are one node each; the Transformer is written as ONNX Runtime's own optimizer
 * for Transformers writes it, with {@code Attention} and {@code SkipLayerNormalization}.
 */
final class OnnxModels {
  /** The domain of ONNX Runtime's own operators. */
  static final String MICROSOFT = "com.microsoft";

  private static final float EPSILON = 1e-5f;
  private static final int[] BLOCKS = {3, 4, 6, 3};

  private final OnnxGraph graph = new OnnxGraph();

  private OnnxModels() {}

  static byte[] product(Task.Sgemm task) {
    OnnxModels m = new OnnxModels();
    m.graph.tensor("b", Inputs.normal(22, task.k() * task.n()), task.k(), task.n());
    m.graph.node("MatMul", "y", new String[] {"x", "b"});
    return m.finish(new long[] {task.m(), task.k()}, task.m(), task.n());
  }

  /** The second input is {@code x2}. */
  static byte[] add(Task.Add task) {
    OnnxModels m = new OnnxModels();
    m.graph.input("x2", task.elements());
    m.graph.node("Add", "y", new String[] {"x", "x2"});
    return m.finish(new long[] {task.elements()}, task.elements());
  }

  private byte[] finish(long[] input, long... output) {
    graph.input("x", input);
    graph.output("y", output);
    return graph.model();
  }

  // ---- Recurrent layers ----

  static byte[] recurrent(Task.Cell cell) {
    OnnxModels m = new OnnxModels();
    int h = Task.Recurrent.UNITS;
    int c = Task.Recurrent.INPUTS;
    // ONNX: LSTM i, o, f, c; GRU z, r, h. PyTorch: i, f, g, o; r, z, n.
    int[] order =
        switch (cell) {
          case LSTM -> new int[] {0, 3, 1, 2};
          case GRU -> new int[] {1, 0, 2};
          case TANH -> new int[] {0};
        };
    int g = order.length;
    float[] bias = Weights.of("bias_l0", (cell == Task.Cell.GRU ? 4L : g) * h);
    float[] biases = Arrays.copyOf(gates(bias, order, h), 2 * g * h);
    if (cell == Task.Cell.GRU) {
      System.arraycopy(bias, 3 * h, biases, 5 * h, h);
    }
    m.graph.tensor(
        "w", gates(Weights.of("weight_ih_l0", (long) g * h, c), order, h * c), 1, (long) g * h, c);
    m.graph.tensor(
        "r", gates(Weights.of("weight_hh_l0", (long) g * h, h), order, h * h), 1, (long) g * h, h);
    m.graph.tensor("b", biases, 1, 2L * g * h);
    Message units = OnnxGraph.integer("hidden_size", h);
    String[] inputs = {"x", "w", "r", "b"};
    switch (cell) {
      case LSTM -> m.graph.node("LSTM", "y", inputs, units);
      case GRU ->
          m.graph.node("GRU", "y", inputs, units, OnnxGraph.integer("linear_before_reset", 1));
      case TANH -> m.graph.node("RNN", "y", inputs, units);
    }
    long t = Task.Recurrent.LENGTH;
    long n = Task.Recurrent.BATCH;
    return m.finish(new long[] {t, n, c}, t, 1, n, h);
  }

  /** The first blocks of this size in another order. */
  private static float[] gates(float[] all, int[] order, int size) {
    float[] ordered = new float[order.length * size];
    for (int i = 0; i < order.length; i++) {
      System.arraycopy(all, order[i] * size, ordered, i * size, size);
    }
    return ordered;
  }

  // ---- Transformer ----

  static byte[] transformer(int batch) {
    OnnxModels m = new OnnxModels();
    String x = "x";
    for (int i = 0; i < ModelTask.BLOCKS; i++) {
      x = m.block(x, "layers." + i + ".", i == ModelTask.BLOCKS - 1 ? "y" : "block" + i);
    }
    return m.finish(
        ModelTask.TRANSFORMER.inputShape(batch), ModelTask.TRANSFORMER.outputShape(batch));
  }

  private String block(String x, String path, String y) {
    int d = ModelTask.WIDTH;
    matrix(path + "self_attn.in_proj_weight", 3 * d, d);
    vector(path + "self_attn.in_proj_bias", 3 * d);
    graph.node(
        MICROSOFT,
        "Attention",
        path + "attention",
        new String[] {x, path + "self_attn.in_proj_weight", path + "self_attn.in_proj_bias"},
        OnnxGraph.integer("num_heads", ModelTask.HEADS));
    dense(path + "self_attn.out_proj", path + "attention", d, d);
    norm(path + "norm1", x, path + "self_attn.out_proj", path + "norm1");
    dense(path + "linear1", path + "norm1", ModelTask.HIDDEN, d);
    graph.node("Relu", path + "relu", new String[] {path + "linear1"});
    dense(path + "linear2", path + "relu", d, ModelTask.HIDDEN);
    norm(path + "norm2", path + "norm1", path + "linear2", y);
    return y;
  }

  private void dense(String path, String x, int out, int in) {
    matrix(path + ".weight", out, in);
    vector(path + ".bias", out);
    graph.node("MatMul", path + ".product", new String[] {x, path + ".weight"});
    graph.node("Add", path, new String[] {path + ".product", path + ".bias"});
  }

  private void norm(String path, String x, String residual, String y) {
    vector(path + ".weight", ModelTask.WIDTH);
    vector(path + ".bias", ModelTask.WIDTH);
    graph.node(
        MICROSOFT,
        "SkipLayerNormalization",
        y,
        new String[] {x, residual, path + ".weight", path + ".bias"},
        OnnxGraph.number("epsilon", EPSILON));
  }

  private void vector(String name, int size) {
    graph.tensor(name, Weights.of(name, size), size);
  }

  /** A weight [out, in] as [in, out]. */
  private void matrix(String name, int out, int in) {
    float[] rows = Weights.of(name, out, in);
    float[] columns = new float[rows.length];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        columns[i * out + o] = rows[o * in + i];
      }
    }
    graph.tensor(name, columns, in, out);
  }

  // ---- ResNet-50 ----

  static byte[] resNet50(int batch) {
    OnnxModels m = new OnnxModels();
    m.unit("x", "conv1", "bn1", 3, 64, 7, 2);
    m.graph.node("Relu", "stem", new String[] {"bn1"});
    m.graph.node(
        "MaxPool",
        "pooled",
        new String[] {"stem"},
        OnnxGraph.ints("kernel_shape", 3, 3),
        OnnxGraph.ints("strides", 2, 2),
        OnnxGraph.ints("pads", 1, 1, 1, 1));
    String x = "pooled";
    int channels = 64;
    for (int stage = 0; stage < BLOCKS.length; stage++) {
      int width = 64 << stage;
      for (int i = 0; i < BLOCKS[stage]; i++) {
        String path = "layer" + (stage + 1) + "." + i + ".";
        x = m.bottleneck(x, path, channels, width, i == 0 && stage > 0 ? 2 : 1);
        channels = 4 * width;
      }
    }
    m.graph.node("GlobalAveragePool", "mean", new String[] {x});
    m.graph.node("Flatten", "flat", new String[] {"mean"});
    m.graph.tensor(
        "fc.weight",
        Weights.of("fc.weight", ModelTask.PICTURE_CLASSES, channels),
        ModelTask.PICTURE_CLASSES,
        channels);
    m.vector("fc.bias", ModelTask.PICTURE_CLASSES);
    m.graph.node(
        "Gemm", "y", new String[] {"flat", "fc.weight", "fc.bias"}, OnnxGraph.integer("transB", 1));
    return m.finish(ModelTask.RESNET50.inputShape(batch), ModelTask.RESNET50.outputShape(batch));
  }

  private String bottleneck(String x, String path, int in, int width, int stride) {
    unit(x, path + "conv1", path + "bn1", in, width, 1, 1);
    graph.node("Relu", path + "relu1", new String[] {path + "bn1"});
    unit(path + "relu1", path + "conv2", path + "bn2", width, width, 3, stride);
    graph.node("Relu", path + "relu2", new String[] {path + "bn2"});
    unit(path + "relu2", path + "conv3", path + "bn3", width, 4 * width, 1, 1);
    String shortcut = x;
    if (in != 4 * width) {
      shortcut = path + "downsample.1";
      unit(x, path + "downsample.0", shortcut, in, 4 * width, 1, stride);
    }
    graph.node("Add", path + "sum", new String[] {path + "bn3", shortcut});
    graph.node("Relu", path + "out", new String[] {path + "sum"});
    return path + "out";
  }

  /** A convolution and its batch normalisation, which ONNX Runtime folds. */
  private void unit(String x, String conv, String norm, int in, int out, int kernel, int stride) {
    String weight = conv + ".weight";
    graph.tensor(weight, Weights.of(weight, out, in, kernel, kernel), out, in, kernel, kernel);
    int pad = kernel / 2;
    graph.node(
        "Conv",
        conv,
        new String[] {x, weight},
        OnnxGraph.ints("kernel_shape", kernel, kernel),
        OnnxGraph.ints("strides", stride, stride),
        OnnxGraph.ints("pads", pad, pad, pad, pad));
    String[] inputs = {
      conv, norm + ".weight", norm + ".bias", norm + ".running_mean", norm + ".running_var"
    };
    for (int i = 1; i < inputs.length; i++) {
      vector(inputs[i], out);
    }
    graph.node("BatchNormalization", norm, inputs, OnnxGraph.number("epsilon", EPSILON));
  }
}
