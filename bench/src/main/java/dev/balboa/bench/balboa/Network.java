package dev.balboa.bench.balboa;

import dev.balboa.bench.Cnn;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import java.util.Map;

/** The measured network, as a user writes it. */
public final class Network {
  private Network() {}

  /** The network with the weights that all contenders have; the caller closes it. */
  public static Sequential create() {
    Sequential model =
        Sequential.of(
                Shape.of(1, 28, 28),
                new Conv2d(32, 3).same().relu(),
                new MaxPool2d(2),
                new Conv2d(64, 3).same().relu(),
                new MaxPool2d(2),
                new Flatten(),
                new Dense(128).relu(),
                new Dense(10))
            .build(1);
    try (var _ = Scope.open()) {
      model.load(
          Map.of(
              "0.weight", Tensor.of(Cnn.conv1Weight(), 32, 1, 3, 3),
              "0.bias", Tensor.of(Cnn.conv1Bias(), 32),
              "2.weight", Tensor.of(Cnn.conv2Weight(), 64, 32, 3, 3),
              "2.bias", Tensor.of(Cnn.conv2Bias(), 64),
              "5.weight", Tensor.of(Cnn.dense1Weight(), 128, 3136),
              "5.bias", Tensor.of(Cnn.dense1Bias(), 128),
              "6.weight", Tensor.of(Cnn.dense2Weight(), 10, 128),
              "6.bias", Tensor.of(Cnn.dense2Bias(), 10)));
    }
    return model;
  }
}
