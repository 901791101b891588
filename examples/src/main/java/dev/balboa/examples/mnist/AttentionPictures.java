package dev.balboa.examples.mnist;

import dev.balboa.nn.explain.AttentionRollout;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.report.Figure;
import dev.balboa.report.HeatMap;
import dev.balboa.report.Pictures;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** Where the attention of a {@link PatchTransformer} looks. */
record AttentionPictures(PatchTransformer model, Digits digits) {
  /** What each head of each block attends to, over all patches that ask: a row for each block. */
  Figure heads(int index) {
    try (var _ = Scope.open()) {
      Tensor x = TestDigit.of(digits, index);
      BufferedImage picture = Pictures.of(x);
      List<Figure> maps = new ArrayList<>();
      List<Tensor> weights = model.weights(x);
      int heads = (int) weights.get(0).shape().dim(1);
      for (int block = 0; block < weights.size(); block++) {
        Tensor received = weights.get(block).mean(2);
        for (int head = 0; head < heads; head++) {
          maps.add(
              over(received.slice(1, head, head + 1L), picture)
                  .title("block " + (block + 1) + ", head " + (head + 1))
                  .figure());
        }
      }
      return Figure.grid(heads, maps).titled("attention that each patch receives");
    }
  }

  /** How much of each patch is in the mean that is classified, by attention rollout. */
  Figure rollout(List<Integer> indices) {
    List<Figure> maps = new ArrayList<>();
    for (int index : indices) {
      try (var _ = Scope.open()) {
        Tensor x = TestDigit.of(digits, index);
        Tensor shares = AttentionRollout.of(model.weights(x)).mean(1);
        String title = TestDigit.answer(model, x, digits.test().label(index)).toString();
        maps.add(over(shares, Pictures.of(x)).title(title).figure());
      }
    }
    return Figure.grid(2, maps).titled("attention rollout, vision Transformer");
  }

  private HeatMap over(Tensor patches, BufferedImage picture) {
    return new HeatMap(patches.reshape(model.grid(), model.grid())).over(picture);
  }
}
