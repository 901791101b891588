package dev.balboa.nn.model;

import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.GlobalAvgPool;
import dev.balboa.nn.layer.Initializer;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.tensor.Tensor;

/**
 * Residual networks (He et al., 2016), as in torchvision, with the stride of a bottleneck in its 3
 * x 3 convolution: pictures [N, 3, H, W], made for 224 x 224; logits [N, classes].
 */
public final class ResNet extends Layer {
  private final Conv2d conv1;
  private final BatchNorm bn1;
  private final MaxPool2d maxpool;
  private final Sequential layer1;
  private final Sequential layer2;
  private final Sequential layer3;
  private final Sequential layer4;
  private final GlobalAvgPool avgpool;
  private final Dense fc;

  /** Four stages of blocks, the first {@code width} channels wide, each twice that before it. */
  ResNet(boolean bottleneck, int width, long classes, int... blocks) {
    conv1 = child("conv1", conv(width, 7, 2).padding(3));
    bn1 = child("bn1", new BatchNorm().relu());
    maxpool = child("maxpool", new MaxPool2d(3).stride(2).padding(1));
    layer1 = child("layer1", stage(bottleneck, width, width, blocks[0], 1));
    int scale = bottleneck ? Bottleneck.EXPANSION : 1;
    layer2 = child("layer2", stage(bottleneck, width * scale, width * 2, blocks[1], 2));
    layer3 = child("layer3", stage(bottleneck, width * 2 * scale, width * 4, blocks[2], 2));
    layer4 = child("layer4", stage(bottleneck, width * 4 * scale, width * 8, blocks[3], 2));
    avgpool = child("avgpool", new GlobalAvgPool());
    fc = child("fc", new Dense(classes));
  }

  /** Eighteen layers with weights, 11.7 million of them. */
  public static ResNet resNet18(long classes) {
    return new ResNet(false, 64, classes, 2, 2, 2, 2);
  }

  /** Fifty layers with weights, 25.6 million of them. */
  public static ResNet resNet50(long classes) {
    return new ResNet(true, 64, classes, 3, 4, 6, 3);
  }

  private static Sequential stage(
      boolean bottleneck, int channels, int width, int count, int stride) {
    Sequential stage = Sequential.of();
    int out = bottleneck ? width * Bottleneck.EXPANSION : width;
    for (int i = 0; i < count; i++) {
      int step = i == 0 ? stride : 1;
      boolean changes = i == 0 && (step > 1 || channels != out);
      Sequential shortcut =
          changes ? Sequential.of(conv(out, 1, step), new BatchNorm()) : Sequential.of();
      stage.add(
          bottleneck ? new Bottleneck(width, step, shortcut) : new Basic(width, step, shortcut));
    }
    return stage;
  }

  private static Conv2d conv(int filters, int kernel, int stride) {
    return new Conv2d(filters, kernel).stride(stride).noBias().weights(Initializer.heNormal());
  }

  @Override
  protected Tensor compute(Tensor x) {
    Tensor y = maxpool.forward(bn1.forward(conv1.forward(x)));
    y = layer4.forward(layer3.forward(layer2.forward(layer1.forward(y))));
    return fc.forward(avgpool.forward(y));
  }

  /** Two 3 x 3 convolutions beside a shortcut. */
  private static final class Basic extends Layer {
    private final Conv2d conv1;
    private final BatchNorm bn1;
    private final Conv2d conv2;
    private final BatchNorm bn2;
    private final Sequential downsample;

    Basic(int width, int stride, Sequential shortcut) {
      conv1 = child("conv1", conv(width, 3, stride).padding(1));
      bn1 = child("bn1", new BatchNorm().relu());
      conv2 = child("conv2", conv(width, 3, 1).padding(1));
      bn2 = child("bn2", new BatchNorm().relu());
      downsample = child("downsample", shortcut);
    }

    @Override
    protected Tensor compute(Tensor x) {
      Tensor y = bn1.forward(conv1.forward(x));
      return bn2.forward(conv2.forward(y), downsample.forward(x));
    }
  }

  /** A 3 x 3 convolution between two of 1 x 1, beside a shortcut. */
  private static final class Bottleneck extends Layer {
    static final int EXPANSION = 4;

    private final Conv2d conv1;
    private final BatchNorm bn1;
    private final Conv2d conv2;
    private final BatchNorm bn2;
    private final Conv2d conv3;
    private final BatchNorm bn3;
    private final Sequential downsample;

    Bottleneck(int width, int stride, Sequential shortcut) {
      conv1 = child("conv1", conv(width, 1, 1));
      bn1 = child("bn1", new BatchNorm().relu());
      conv2 = child("conv2", conv(width, 3, stride).padding(1));
      bn2 = child("bn2", new BatchNorm().relu());
      conv3 = child("conv3", conv(width * EXPANSION, 1, 1));
      bn3 = child("bn3", new BatchNorm().relu());
      downsample = child("downsample", shortcut);
    }

    @Override
    protected Tensor compute(Tensor x) {
      Tensor y = bn1.forward(conv1.forward(x));
      y = bn2.forward(conv2.forward(y));
      return bn3.forward(conv3.forward(y), downsample.forward(x));
    }
  }
}
