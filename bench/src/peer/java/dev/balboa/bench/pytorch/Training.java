package dev.balboa.bench.pytorch;

import dev.balboa.bench.Cnn;
import dev.balboa.bench.Inputs.Pictures;
import dev.balboa.bench.TrainingWorkload;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Steps of training with PyTorch's own Adam, or with its fused one, which the C++ interface reaches
 * through TorchScript only.
 */
final class Training extends TrainingWorkload {
  private final Network network;
  private final Batches batches;
  private final Batches probe;
  private final Runnable zeroGradients;
  private final Runnable update;

  Training(Pictures pictures, int batch, Order order, boolean fusedAdam) {
    super(batch);
    network = new Network(order);
    batches = new Batches(pictures, pictures.count(), batch, order);
    probe = new Batches(pictures, PROBES, PROBES, order);
    if (fusedAdam) {
      FusedAdam adam = new FusedAdam(network, Cnn.LEARNING_RATE);
      zeroGradients = adam::zeroGradients;
      update = adam::step;
    } else {
      Adam adam = new Adam(network.parameters(), new AdamOptions(Cnn.LEARNING_RATE));
      zeroGradients = adam::zero_grad;
      update = adam::step;
    }
  }

  @Override
  protected void step() {
    try (PointerScope _ = new PointerScope()) {
      zeroGradients.run();
      Tensor loss = torch.cross_entropy_loss(network.logits(batches.images()), batches.labels());
      loss.backward();
      update.run();
    }
    batches.advance();
  }

  @Override
  protected double evaluate() {
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      return torch.cross_entropy_loss(network.logits(probe.images()), probe.labels()).item_double();
    }
  }
}
