package dev.balboa.examples.mnist;

import dev.balboa.nn.io.Safetensors;
import dev.balboa.nn.io.SafetensorsFile;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.train.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The network: two convolutions with pooling, two dense layers. Its outputs are logits; the loss
 * and the prediction apply the softmax.
 */
final class Network {
  private static final int FILTERS = 64;

  private Network() {}

  /** A network for square pictures, its parameters drawn from a seed. */
  static Sequential create(int side, long seed) {
    return Sequential.of(Shape.of(1, side, side))
        .add("conv1", new Conv2d(32, 3).same().relu())
        .add("pool1", new MaxPool2d(2))
        .add("conv2", new Conv2d(FILTERS, 3).same().relu())
        .add("pool2", new MaxPool2d(2))
        .add("flatten", new Flatten())
        .add("dense1", new Dense(128).relu())
        .add("dense2", new Dense(10))
        .build(seed);
  }

  /** The network in a model's file. */
  static Sequential load(Path file) throws IOException {
    Sequential network = create(side(file), 0);
    boolean done = false;
    try {
      Checkpoint.loadModel(file, network);
      done = true;
      return network;
    } finally {
      if (!done) {
        network.close();
      }
    }
  }

  /** The size of the pictures follows from the number of inputs of the first dense layer. */
  static int side(Path file) throws IOException {
    try (SafetensorsFile opened = Safetensors.open(file)) {
      TensorSpec weight = opened.specs().get("dense1.weight");
      if (weight != null && weight.shape().rank() == 2) {
        long inputs = weight.shape().dim(1);
        for (DigitFormat format : DigitFormat.values()) {
          if (inputs == (long) FILTERS * (format.side() / 4) * (format.side() / 4)) {
            return format.side();
          }
        }
      }
      throw new IllegalArgumentException(
          file + ": expected a model of this example with a known dense1.weight, got " + weight);
    }
  }
}
