package dev.balboa.examples.mnist;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.AttentionMask;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.LearnedPositions;
import dev.balboa.nn.layer.TransformerEncoder;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;

/**
 * A small vision Transformer (Dosovitskiy et al., 2021): a picture is cut into square patches, each
 * becomes a vector, and the mean of what the blocks make of them is classified.
 */
final class PatchTransformer extends Layer {
  private static final int WIDTH = 64;
  private static final int HEADS = 4;
  private static final int BLOCKS = 3;

  private final int side;
  private final int patch;
  private final Dense embed = child("embed", new Dense(WIDTH));
  private final LearnedPositions positions;
  private final TransformerEncoder encoder =
      child("encoder", new TransformerEncoder(BLOCKS, TransformerOptions.of(WIDTH, HEADS, 128)));
  private final Dense head = child("head", new Dense(10));

  /** For square pictures, cut into patches of a seventh or a quarter of the side. */
  PatchTransformer(int side) {
    this.side = side;
    this.patch = side % 7 == 0 ? side / 7 : side / 4;
    this.positions = child("positions", new LearnedPositions((long) grid() * grid()));
  }

  /** How many patches lie side by side. */
  int grid() {
    return side / patch;
  }

  private Tensor tokens(Tensor x) {
    long n = x.shape().dim(0);
    Tensor patches =
        x.reshape(n, grid(), patch, grid(), patch)
            .permute(0, 1, 3, 2, 4)
            .reshape(n, (long) grid() * grid(), (long) patch * patch);
    return positions.forward(embed.forward(patches));
  }

  @Override
  protected Tensor compute(Tensor x) {
    return head.forward(encoder.forward(tokens(x)).mean(1));
  }

  /** The attention weights of every block, [N, heads, patches, patches] each. */
  List<Tensor> weights(Tensor x) {
    try (var _ = Execution.inference();
        var _ = Execution.noGrad()) {
      return encoder.weights(tokens(x), AttentionMask.none());
    }
  }
}
