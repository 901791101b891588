package dev.balboa.examples.keras;

import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.RepeatVector;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.layer.SimpleRnn;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.train.Checkpoint;
import dev.balboa.nn.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;

/** The sequence model. */
final class SequenceModel {
  private SequenceModel() {}

  /** Trains on questions [7, 11] and answers of four digits; model and optimizer stay open. */
  static Sequential train(Dataset train, Dataset test, int epochs, Path file) throws IOException {
    // guide: begin
    Sequential model =
        Sequential.of(
                Shape.of(7, 11),
                new SimpleRnn(128),
                new RepeatVector(4),
                new SimpleRnn(128).sequences(),
                new Dense(10))
            .build(42);
    System.out.println(model.summary());
    var trainer = new Trainer(model, new Adam(model.parameters(), 2e-3), Losses::tokenCrossEntropy);
    trainer.validation(new DataLoader(test, 500));
    trainer.fit(new DataLoader(train, 128).shuffle(1), epochs);
    Checkpoint.saveModel(file, model);
    // guide: end
    return model;
  }
}
