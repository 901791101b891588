package dev.balboa.examples.keras;

import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.train.Checkpoint;
import dev.balboa.nn.train.Metric;
import dev.balboa.nn.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;

/** The convolutional network. */
final class ImageModel {
  private ImageModel() {}

  /** Trains on pictures [1, 28, 28] of ten classes; model and optimizer stay open. */
  static Sequential train(Dataset train, Dataset test, int epochs, Path file) throws IOException {
    // guide: begin
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
            .build(42);
    System.out.println(model.summary());
    var trainer = new Trainer(model, new Adam(model.parameters(), 1e-3), Losses::crossEntropy);
    trainer.metric(Metric.accuracy()).validation(new DataLoader(test, 500));
    trainer.fit(new DataLoader(train, 128).shuffle(1), epochs);
    Checkpoint.saveModel(file, model);
    // guide: end
    return model;
  }
}
