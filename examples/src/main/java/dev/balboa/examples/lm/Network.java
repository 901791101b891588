package dev.balboa.examples.lm;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.generate.TransformerLanguageModel;
import dev.balboa.nn.io.Safetensors;
import dev.balboa.nn.io.SafetensorsFile;
import dev.balboa.nn.layer.RotaryPositions;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.train.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The network's hyper-parameters. Its file has them, and the characters, beside the parameters.
 *
 * @param characters the vocabulary
 * @param context tokens that it sees
 */
record Network(Characters characters, int context, int layers, int width, int heads) {
  /** A network whose parameters are drawn from a seed. */
  TransformerLanguageModel create(long seed) {
    TransformerOptions options =
        TransformerOptions.of(width, heads, 4L * width).rotary(() -> new RotaryPositions(context));
    var model = new TransformerLanguageModel(characters.size(), context, layers, options);
    model.build(new TensorSpec(Shape.of(1, context), DType.I32), new RandomStream(seed));
    return model;
  }

  /** Writes a network of this kind. */
  void save(Path file, TransformerLanguageModel model) throws IOException {
    Map<String, Tensor> values = new LinkedHashMap<>();
    model.parameters().forEach((path, parameter) -> values.put(path, parameter.data()));
    Safetensors.write(
        file,
        values,
        Map.of(
            "characters", characters.all(),
            "context", Integer.toString(context),
            "layers", Integer.toString(layers),
            "width", Integer.toString(width),
            "heads", Integer.toString(heads)));
  }

  /** The hyper-parameters in a file. */
  static Network read(Path file) throws IOException {
    try (SafetensorsFile opened = Safetensors.open(file)) {
      Map<String, String> data = opened.metadata();
      String characters = data.get("characters");
      if (characters == null) {
        throw new IllegalArgumentException(file + ": expected a model of this example");
      }
      return new Network(
          new Characters(characters),
          number(file, data, "context"),
          number(file, data, "layers"),
          number(file, data, "width"),
          number(file, data, "heads"));
    }
  }

  private static int number(Path file, Map<String, String> data, String key) {
    String value = data.getOrDefault(key, "");
    if (!value.matches("[1-9][0-9]{0,5}")) {
      throw new IllegalArgumentException(
          file + ": expected a number for " + key + ", got '" + value + "'");
    }
    return Integer.parseInt(value);
  }

  /** The network in its file; the caller closes it. */
  TransformerLanguageModel load(Path file) throws IOException {
    TransformerLanguageModel model = create(0);
    boolean done = false;
    try {
      Checkpoint.loadModel(file, model);
      done = true;
      return model;
    } finally {
      if (!done) {
        model.close();
      }
    }
  }
}
