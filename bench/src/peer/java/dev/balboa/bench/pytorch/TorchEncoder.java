package dev.balboa.bench.pytorch;

import dev.balboa.bench.ModelTask;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The Transformer encoder for inference, on the shared weights. */
final class TorchEncoder {
  private static final long[] HEADS_FIRST = {2, 0, 3, 1, 4};
  private static final long[] WIDTH = {ModelTask.WIDTH};
  private static final double EPSILON = 1e-5;

  private final List<Block> blocks = new ArrayList<>();

  /**
   * @param packed whether weights are packed for oneDNN, or left to MKL
   */
  TorchEncoder(int batch, boolean packed) {
    for (int i = 0; i < ModelTask.BLOCKS; i++) {
      blocks.add(new Block("layers." + i + ".", (long) batch * ModelTask.LENGTH, packed));
    }
  }

  Tensor forward(Tensor x) {
    Tensor y = x;
    for (Block block : blocks) {
      y = block.forward(y);
    }
    return y;
  }

  private static Packed.Layer linear(
      String path, String suffix, long out, long in, long rows, boolean relu, boolean packed) {
    Tensor weight = TorchPasses.weight(path + suffix + "weight", out, in);
    Tensor bias = TorchPasses.weight(path + suffix + "bias", out);
    if (packed) {
      return Packed.linear(weight, bias, rows, relu);
    }
    TensorOptional optional = new TensorOptional(bias);
    return relu
        ? x -> torch.linear(x, weight, optional).relu_()
        : x -> torch.linear(x, weight, optional);
  }

  private static Packed.Layer norm(String path) {
    TensorOptional weight = new TensorOptional(TorchPasses.weight(path + ".weight", WIDTH));
    TensorOptional bias = new TensorOptional(TorchPasses.weight(path + ".bias", WIDTH));
    return x -> torch.layer_norm(x, WIDTH, weight, bias, EPSILON, false);
  }

  private static final class Block {
    private final Packed.Layer in;
    private final Packed.Layer out;
    private final Packed.Layer widen;
    private final Packed.Layer narrow;
    private final Packed.Layer first;
    private final Packed.Layer second;

    Block(String path, long rows, boolean packed) {
      long d = ModelTask.WIDTH;
      String attention = path + "self_attn.";
      in = linear(attention, "in_proj_", 3 * d, d, rows, false, packed);
      out = linear(attention, "out_proj.", d, d, rows, false, packed);
      widen = linear(path, "linear1.", ModelTask.HIDDEN, d, rows, true, packed);
      narrow = linear(path, "linear2.", d, ModelTask.HIDDEN, rows, false, packed);
      first = norm(path + "norm1");
      second = norm(path + "norm2");
    }

    Tensor forward(Tensor x) {
      Tensor y = first.forward(attention(x).add_(x));
      return second.forward(narrow.forward(widen.forward(y)).add_(y));
    }

    private Tensor attention(Tensor x) {
      long heads = ModelTask.HEADS;
      Tensor all =
          in.forward(x)
              .reshape(x.size(0), x.size(1), 3, heads, ModelTask.WIDTH / heads)
              .permute(HEADS_FIRST);
      Tensor y =
          torch.scaled_dot_product_attention(all.select(0, 0), all.select(0, 1), all.select(0, 2));
      return out.forward(y.transpose(1, 2).reshape(x.size(0), x.size(1), ModelTask.WIDTH));
    }
  }
}
