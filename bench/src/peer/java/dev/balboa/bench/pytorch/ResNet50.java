package dev.balboa.bench.pytorch;

import dev.balboa.bench.ModelTask;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.BatchNorm2dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * ResNet-50 as torchvision has it, ReLU and additions in place.
 *
 * <p>Where a convolution of 1 x 1 skips places, they are skipped before it: the same function. The
 * oneDNN in PyTorch 2.10 divides by zero when it plans that convolution's derivative on a processor
 * that does not tell the size of its second cache, as virtual ones do.
 */
final class ResNet50 extends Module {
  private static final long[] THREE = {3, 3};
  private static final int[] BLOCKS = {3, 4, 6, 3};
  private static final int EXPANSION = 4;

  private final Order order;
  private final Unit stem;
  private final List<Bottleneck> blocks = new ArrayList<>();
  private final LinearImpl fc;

  ResNet50(Order order) {
    this.order = order;
    stem = new Unit("stem", 3, 64, 7, 2);
    long channels = 64;
    for (int stage = 0; stage < BLOCKS.length; stage++) {
      long width = 64L << stage;
      for (int i = 0; i < BLOCKS[stage]; i++) {
        String name = "layer" + (stage + 1) + "_" + i;
        blocks.add(new Bottleneck(name, channels, width, i == 0 && stage > 0 ? 2 : 1));
        channels = width * EXPANSION;
      }
    }
    fc = register_module("fc", new LinearImpl(channels, ModelTask.PICTURE_CLASSES));
  }

  Tensor logits(Tensor x) {
    Tensor y = stem.forward(x).relu_();
    y = torch.max_pool2d(y, THREE, Network.TWO, Network.ONE, Network.ONE, false);
    for (Bottleneck block : blocks) {
      y = block.forward(y);
    }
    y = torch.adaptive_avg_pool2d(y, 1, 1);
    return fc.forward(torch.flatten(y, 1, -1));
  }

  /** A convolution without bias and its batch normalisation. */
  private final class Unit {
    private final long skip;
    private final Conv2dImpl conv;
    private final BatchNorm2dImpl norm;

    Unit(String name, long in, long out, long kernel, long stride) {
      Conv2dOptions options = new Conv2dOptions(in, out, new LongPointer(kernel, kernel));
      skip = kernel == 1 ? stride : 1;
      options.stride().put(new LongPointer(stride / skip, stride / skip));
      options.padding().put(new LongPointer(kernel / 2, kernel / 2));
      options.bias().put(false);
      conv = register_module(name + "_conv", new Conv2dImpl(options));
      conv.weight().set_data(Tensors.ordered(conv.weight().detach(), order));
      norm = register_module(name + "_bn", new BatchNorm2dImpl(new BatchNormOptions(out)));
    }

    Tensor forward(Tensor x) {
      return norm.forward(conv.forward(skip == 1 ? x : every(2, every(3, x))));
    }

    private Tensor every(int axis, Tensor x) {
      return x.slice(axis, new LongOptional(0), new LongOptional(x.size(axis)), skip);
    }
  }

  private final class Bottleneck {
    private final Unit first;
    private final Unit second;
    private final Unit third;
    private final Unit shortcut;

    Bottleneck(String name, long in, long width, long stride) {
      long out = width * EXPANSION;
      first = new Unit(name + "_1", in, width, 1, 1);
      second = new Unit(name + "_2", width, width, 3, stride);
      third = new Unit(name + "_3", width, out, 1, 1);
      shortcut = in == out && stride == 1 ? null : new Unit(name + "_down", in, out, 1, stride);
    }

    Tensor forward(Tensor x) {
      Tensor y = second.forward(first.forward(x).relu_()).relu_();
      Tensor identity = shortcut == null ? x : shortcut.forward(x);
      return third.forward(y).add_(identity).relu_();
    }
  }
}
