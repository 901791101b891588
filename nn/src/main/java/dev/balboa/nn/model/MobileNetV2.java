package dev.balboa.nn.model;

import dev.balboa.nn.layer.ActivationLayer;
import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Dropout;
import dev.balboa.nn.layer.GlobalAvgPool;
import dev.balboa.nn.layer.Initializer;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.tensor.Tensor;

/**
 * MobileNetV2 (Sandler et al., 2018), as in torchvision: pictures [N, 3, H, W], made for 224 x 224;
 * logits [N, classes]; 3.5 million weights at width 1.
 */
public final class MobileNetV2 extends Layer {
  /** Expansion, channels, blocks, stride of the first block. */
  private static final int[][] STAGES = {
    {1, 16, 1, 1},
    {6, 24, 2, 2},
    {6, 32, 3, 2},
    {6, 64, 4, 2},
    {6, 96, 3, 1},
    {6, 160, 3, 2},
    {6, 320, 1, 1}
  };

  private static final int STEM = 32;
  private static final int LAST = 1280;

  private final Sequential features = child("features", Sequential.of());
  private final GlobalAvgPool pool = child("pool", new GlobalAvgPool());
  private final Sequential classifier;

  /** At width 1. */
  public MobileNetV2(long classes) {
    this(classes, 1);
  }

  /** With {@code width} times as many channels, rounded to multiples of 8. */
  public MobileNetV2(long classes, double width) {
    int channels = channels(STEM * width);
    features.add(activated(new Conv2d(channels, 3).stride(2).padding(1)));
    for (int[] stage : STAGES) {
      int out = channels(stage[1] * width);
      for (int i = 0; i < stage[2]; i++) {
        features.add(new InvertedResidual(channels, out, stage[0], i == 0 ? stage[3] : 1));
        channels = out;
      }
    }
    features.add(activated(new Conv2d(channels(LAST * Math.max(1, width)), 1)));
    classifier = child("classifier", Sequential.of(new Dropout(0.2), new Dense(classes)));
  }

  /** The nearest multiple of 8 that is not below nine tenths. */
  private static int channels(double wanted) {
    int rounded = Math.max(8, (int) (wanted + 4) / 8 * 8);
    return rounded < 0.9 * wanted ? rounded + 8 : rounded;
  }

  private static Sequential activated(Conv2d conv) {
    return Sequential.of(plain(conv), new BatchNorm(), ActivationLayer.relu6());
  }

  private static Conv2d plain(Conv2d conv) {
    return conv.noBias().weights(Initializer.heNormal());
  }

  @Override
  protected Tensor compute(Tensor x) {
    return classifier.forward(pool.forward(features.forward(x)));
  }

  /** Expands by 1 x 1, filters each channel by 3 x 3, projects by 1 x 1. */
  private static final class InvertedResidual extends Layer {
    private final Sequential conv = child("conv", Sequential.of());
    private final boolean residual;

    InvertedResidual(int in, int out, int expansion, int stride) {
      residual = stride == 1 && in == out;
      if (expansion > 1) {
        conv.add(activated(new Conv2d((long) in * expansion, 1)));
      }
      conv.add(activated(Conv2d.depthwise(3).stride(stride).padding(1)));
      conv.add(plain(new Conv2d(out, 1))).add(new BatchNorm());
    }

    @Override
    protected Tensor compute(Tensor x) {
      Tensor y = conv.forward(x);
      return residual ? y.add(x) : y;
    }
  }
}
