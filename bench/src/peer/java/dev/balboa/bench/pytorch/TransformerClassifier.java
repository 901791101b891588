package dev.balboa.bench.pytorch;

import dev.balboa.bench.ModelTask;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.EmbeddingImpl;
import org.bytedeco.pytorch.LayerNormImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The encoder of {@link ModelTask#TRANSFORMER}. Its blocks do what Python's {@code
 * nn.TransformerEncoderLayer} does in training, with {@code scaled_dot_product_attention}; those of
 * the C++ library are older and slower.
 */
final class TransformerClassifier extends Module {
  private static final long[] HEADS_FIRST = {2, 0, 3, 1, 4};

  private final EmbeddingImpl words;
  private final Tensor positions;
  private final List<Block> blocks = new ArrayList<>();
  private final LinearImpl head;

  TransformerClassifier() {
    words = register_module("words", new EmbeddingImpl(ModelTask.WORDS, ModelTask.WIDTH));
    Tensor start = torch.randn(ModelTask.LENGTH, ModelTask.WIDTH).mul_(new Scalar(0.02f));
    positions = register_parameter("positions", start, true);
    for (int i = 0; i < ModelTask.BLOCKS; i++) {
      blocks.add(new Block("block" + i));
    }
    head = register_module("head", new LinearImpl(ModelTask.WIDTH, ModelTask.TEXT_CLASSES));
  }

  /** Of words [batch, length]. */
  Tensor logits(Tensor ids) {
    Tensor x = dropped(words.forward(ids).add(positions));
    for (Block block : blocks) {
      x = block.forward(x);
    }
    return head.forward(x.mean(1));
  }

  private static Tensor dropped(Tensor x) {
    return torch.dropout(x, ModelTask.DROPOUT, true);
  }

  private final class Block {
    private final LinearImpl in;
    private final LinearImpl out;
    private final LinearImpl widen;
    private final LinearImpl narrow;
    private final LayerNormImpl first;
    private final LayerNormImpl second;

    Block(String name) {
      int width = ModelTask.WIDTH;
      in = register_module(name + "_in", new LinearImpl(width, 3L * width));
      out = register_module(name + "_out", new LinearImpl(width, width));
      widen = register_module(name + "_widen", new LinearImpl(width, ModelTask.HIDDEN));
      narrow = register_module(name + "_narrow", new LinearImpl(ModelTask.HIDDEN, width));
      first = register_module(name + "_first", norm());
      second = register_module(name + "_second", norm());
    }

    private static LayerNormImpl norm() {
      return new LayerNormImpl(new LongVector(new long[] {ModelTask.WIDTH}));
    }

    Tensor forward(Tensor x) {
      Tensor y = first.forward(x.add(dropped(attention(x))));
      Tensor h = dropped(widen.forward(y).relu());
      return second.forward(y.add(dropped(narrow.forward(h))));
    }

    private Tensor attention(Tensor x) {
      long heads = ModelTask.HEADS;
      Tensor all =
          in.forward(x)
              .reshape(x.size(0), x.size(1), 3, heads, ModelTask.WIDTH / heads)
              .permute(HEADS_FIRST);
      Tensor y =
          torch.scaled_dot_product_attention(
              all.select(0, 0),
              all.select(0, 1),
              all.select(0, 2),
              new TensorOptional(),
              ModelTask.DROPOUT,
              false,
              new DoubleOptional(),
              false);
      return out.forward(y.transpose(1, 2).reshape(x.size(0), x.size(1), ModelTask.WIDTH));
    }
  }
}
