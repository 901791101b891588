package dev.balboa.bench.pytorch;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The network for inference with {@link Packed} layers. Dense layers may be left to MKL instead,
 * which is faster for a few rows.
 */
final class PackedNetwork implements Inference.Model {
  private final Packed.Layer conv1;
  private final Packed.Layer conv2;
  private final Packed.Layer head;

  /**
   * @param dense whether dense layers are packed too
   */
  PackedNetwork(Network network, int batch, boolean dense) {
    List<Tensor> weights = network.weights().stream().map(Tensor::detach).toList();
    conv1 =
        Packed.convolution(
            weights.get(0), weights.get(1), 1, 1, new long[] {batch, 1, 28, 28}, true);
    conv2 =
        Packed.convolution(
            weights.get(2), weights.get(3), 1, 1, new long[] {batch, 32, 14, 14}, true);
    if (!dense) {
      head = network::head;
      return;
    }
    Packed.Layer hidden = Packed.linear(weights.get(4), weights.get(5), batch, true);
    Packed.Layer last = Packed.linear(weights.get(6), weights.get(7), batch, false);
    head = x -> last.forward(hidden.forward(x));
  }

  @Override
  public Tensor logits(Tensor images) {
    Tensor x = Network.pool(conv2.forward(Network.pool(conv1.forward(images))));
    return head.forward(torch.flatten(x, 1, -1));
  }
}
