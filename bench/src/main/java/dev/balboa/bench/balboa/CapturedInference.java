package dev.balboa.bench.balboa;

import dev.balboa.bench.Cnn;
import dev.balboa.bench.Inputs.Pictures;
import dev.balboa.bench.Workload;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;

/** Passes of inference as one captured program, into memory that exists. */
final class CapturedInference implements Workload {
  private final Sequential model = Network.create();
  private final Compiled compiled;
  private final Batches batches;
  private final Tensor[] argument = new Tensor[1];
  private final Tensor[] logits;
  private double checksum = Double.NaN;

  CapturedInference(int batch, CompileOptions options) {
    compiled = model.compile(options);
    Pictures pictures = Pictures.of(Cnn.PICTURES);
    batches = new Batches(pictures, pictures.count(), batch);
    try (var _ = Scope.open()) {
      logits = new Tensor[] {Tensors.zeros(batch, 10).keep()};
    }
  }

  @Override
  public void run() {
    argument[0] = batches.images();
    compiled.runInto(argument, logits);
    if (Double.isNaN(checksum)) {
      checksum = Workloads.magnitude(logits[0]);
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
    compiled.close();
    model.close();
    batches.close();
    logits[0].close();
  }
}
