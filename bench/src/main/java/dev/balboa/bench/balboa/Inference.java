package dev.balboa.bench.balboa;

import dev.balboa.bench.Cnn;
import dev.balboa.bench.Inputs.Pictures;
import dev.balboa.bench.Workload;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;

/** Passes of inference. */
final class Inference implements Workload {
  private final Sequential model = Network.create();
  private final Batches batches;
  private double checksum = Double.NaN;

  Inference(int batch) {
    Pictures pictures = Pictures.of(Cnn.PICTURES);
    batches = new Batches(pictures, pictures.count(), batch);
  }

  @Override
  public void run() {
    try (var _ = Scope.open()) {
      Tensor logits = model.infer(batches.images());
      if (Double.isNaN(checksum)) {
        checksum = Workloads.magnitude(logits);
      }
    }
    batches.advance();
  }

  /** Of the first batch. */
  @Override
  public double checksum() {
    return checksum;
  }

  @Override
  public void close() {
    model.close();
    batches.close();
  }
}
