package dev.balboa.bench.pytorch;

import dev.balboa.bench.Workload;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Passes of inference; whoever runs them has switched PyTorch to inference mode. */
final class Inference implements Workload {
  /** Computes logits. */
  @FunctionalInterface
  interface Model {
    Tensor logits(Tensor images);
  }

  private final Model model;
  private final Batches batches;
  private double checksum = Double.NaN;

  Inference(Model model, Batches batches) {
    this.model = model;
    this.batches = batches;
  }

  @Override
  public void run() {
    try (PointerScope _ = new PointerScope()) {
      Tensor logits = model.logits(batches.images());
      if (Double.isNaN(checksum)) {
        checksum = Tensors.magnitude(logits);
      }
    }
    batches.advance();
  }

  /** Of the first batch. */
  @Override
  public double checksum() {
    return checksum;
  }
}
