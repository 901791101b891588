package dev.balboa.bench.pytorch;

import dev.balboa.bench.ModelTask;
import dev.balboa.bench.Weights;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * ResNet-50 for inference on the shared weights, each batch normalisation folded into the
 * convolution before it.
 */
final class FoldedResNet50 {
  private static final long[] ONE = {1, 1};
  private static final long[] THREE = {3, 3};
  private static final int[] BLOCKS = {3, 4, 6, 3};
  private static final double EPSILON = 1e-5;

  private final Order order;
  private final int batch;
  private final boolean packed;
  private final Packed.Layer stem;
  private final List<Bottleneck> blocks = new ArrayList<>();
  private final Packed.Layer head;

  /** Pixels in a row of what comes next, while the model is made. */
  private int side = ModelTask.SIZE;

  /**
   * @param packed whether weights are packed for oneDNN and ReLU fused; those of 1 x 1 only where
   *     that works
   */
  FoldedResNet50(Order order, int batch, boolean packed) {
    this.order = order;
    this.batch = batch;
    this.packed = packed;
    stem = unit("conv1", "bn1", 3, 64, 7, 2, true);
    side /= 4;
    int channels = 64;
    for (int stage = 0; stage < BLOCKS.length; stage++) {
      int width = 64 << stage;
      for (int i = 0; i < BLOCKS[stage]; i++) {
        String path = "layer" + (stage + 1) + "." + i + ".";
        blocks.add(new Bottleneck(path, channels, width, i == 0 && stage > 0 ? 2 : 1));
        channels = 4 * width;
      }
    }
    Tensor weight = TorchPasses.weight("fc.weight", ModelTask.PICTURE_CLASSES, channels);
    TensorOptional bias =
        new TensorOptional(TorchPasses.weight("fc.bias", ModelTask.PICTURE_CLASSES));
    head = x -> torch.linear(x, weight, bias);
  }

  Tensor logits(Tensor x) {
    Tensor y = torch.max_pool2d(stem.forward(x), THREE, Network.TWO, ONE, ONE, false);
    for (Bottleneck block : blocks) {
      y = block.forward(y);
    }
    return head.forward(torch.flatten(torch.adaptive_avg_pool2d(y, 1, 1), 1, -1));
  }

  private Packed.Layer unit(
      String conv, String norm, int in, int out, int kernel, int stride, boolean relu) {
    float[] weights = Weights.of(conv + ".weight", out, in, kernel, kernel);
    float[] bias = new float[out];
    fold(norm, weights, bias);
    Tensor w = Tensors.ordered(Tensors.of(weights, out, in, kernel, kernel), order);
    Tensor b = Tensors.of(bias, out);
    int pad = kernel / 2;
    long[] input = {batch, in, side, side};
    if (packed && Settings.tellsSecondCache()) {
      return Packed.convolution(w, b, stride, pad, input, relu);
    }
    if (packed && kernel > 1) {
      Packed.Layer layer = Packed.convolution(w, b, stride, pad, input, relu);
      return x -> layer.forward(x).contiguous();
    }
    TensorOptional optional = new TensorOptional(b);
    long[] strides = {stride, stride};
    long[] padding = {pad, pad};
    return relu
        ? x -> torch.conv2d(x, w, optional, strides, padding, ONE, 1).relu_()
        : x -> torch.conv2d(x, w, optional, strides, padding, ONE, 1);
  }

  private static void fold(String norm, float[] weights, float[] bias) {
    int out = bias.length;
    float[] gamma = Weights.of(norm + ".weight", out);
    float[] beta = Weights.of(norm + ".bias", out);
    float[] mean = Weights.of(norm + ".running_mean", out);
    float[] variance = Weights.of(norm + ".running_var", out);
    int each = weights.length / out;
    for (int o = 0; o < out; o++) {
      double scale = gamma[o] / Math.sqrt(variance[o] + EPSILON);
      for (int i = o * each; i < (o + 1) * each; i++) {
        weights[i] = (float) (weights[i] * scale);
      }
      bias[o] = (float) (beta[o] - mean[o] * scale);
    }
  }

  private final class Bottleneck {
    private final Packed.Layer first;
    private final Packed.Layer second;
    private final Packed.Layer third;
    private final Packed.Layer shortcut;

    Bottleneck(String path, int in, int width, int stride) {
      int out = 4 * width;
      shortcut =
          in == out
              ? x -> x
              : unit(path + "downsample.0", path + "downsample.1", in, out, 1, stride, false);
      first = unit(path + "conv1", path + "bn1", in, width, 1, 1, true);
      second = unit(path + "conv2", path + "bn2", width, width, 3, stride, true);
      side /= stride;
      third = unit(path + "conv3", path + "bn3", width, out, 1, 1, false);
    }

    Tensor forward(Tensor x) {
      Tensor y = third.forward(second.forward(first.forward(x)));
      return y.add_(shortcut.forward(x)).relu_();
    }
  }
}
