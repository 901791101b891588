package dev.balboa.nn.train;

import dev.balboa.nn.io.Safetensors;
import dev.balboa.nn.io.SafetensorsFile;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Models in safetensors files. A model's file has its parameters and state under their paths, as
 * other libraries write and read them; a {@link Trainer}'s checkpoint has them under {@code
 * model.<path>} and everything else that training needs beside them.
 */
public final class Checkpoint {
  static final String KIND = "balboa";
  static final String MODEL_KIND = "model/1";
  static final String TRAINING_KIND = "training/2";
  static final String MODEL_PREFIX = "model.";

  private Checkpoint() {}

  /** Writes the parameters and state of a model, replacing the file atomically. */
  public static void saveModel(Path file, Layer model) throws IOException {
    Safetensors.write(file, values(model, ""), Map.of(KIND, MODEL_KIND));
  }

  /**
   * Overwrites parameters and state of a built model with those in a model's file or a training
   * checkpoint.
   *
   * @throws IllegalArgumentException if the file's paths and specs are not exactly the model's;
   *     nothing is written then
   */
  public static void loadModel(Path file, Layer model) throws IOException {
    try (var _ = Scope.open();
        SafetensorsFile opened = Safetensors.open(file)) {
      boolean training = TRAINING_KIND.equals(opened.metadata().get(KIND));
      try {
        model.load(read(opened, training ? MODEL_PREFIX : ""));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
      }
    }
  }

  /** A model's parameters and state by prefixed path. */
  static Map<String, Tensor> values(Layer model, String prefix) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    model.parameters().forEach((path, parameter) -> values.put(prefix + path, parameter.data()));
    return values;
  }

  /** Copies, in the current scope, of all tensors under a prefix, without it. */
  static Map<String, Tensor> read(SafetensorsFile file, String prefix) throws IOException {
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (String name : file.specs().keySet()) {
      if (name.startsWith(prefix)) {
        values.put(name.substring(prefix.length()), file.read(name));
      }
    }
    return values;
  }
}
