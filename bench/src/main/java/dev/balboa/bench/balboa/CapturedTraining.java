package dev.balboa.bench.balboa;

import dev.balboa.bench.Cnn;
import dev.balboa.bench.Inputs.Pictures;
import dev.balboa.bench.TrainingWorkload;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.train.CompiledStep;

/** Steps of training as one captured program. */
final class CapturedTraining extends TrainingWorkload {
  private final Sequential model = Network.create();
  private final Adam adam = new Adam(model.parameters(), Cnn.LEARNING_RATE);
  private final CompiledStep step = new CompiledStep(model, adam, Losses::crossEntropy);
  private final Batches batches;
  private final Batches probe;

  CapturedTraining(int batch) {
    super(batch);
    Pictures pictures = Pictures.of(Cnn.PICTURES);
    batches = new Batches(pictures, pictures.count(), batch);
    probe = new Batches(pictures, PROBES, PROBES);
  }

  @Override
  protected void step() {
    step.run(batches.images(), batches.labels());
    batches.advance();
  }

  @Override
  protected double evaluate() {
    try (var _ = Scope.open();
        var _ = Execution.noGrad()) {
      return Losses.crossEntropy(model.forward(probe.images()), probe.labels()).item();
    }
  }

  @Override
  public void close() {
    step.close();
    adam.close();
    model.close();
    batches.close();
    probe.close();
  }
}
