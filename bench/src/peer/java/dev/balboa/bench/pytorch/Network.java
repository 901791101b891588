package dev.balboa.bench.pytorch;

import dev.balboa.bench.Cnn;
import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The measured network, written as PyTorch's users write it; ReLU is done in place. */
final class Network extends Module {
  static final long[] TWO = {2, 2};
  static final long[] ONE = {1, 1};
  static final long[] NONE = {0, 0};

  final Conv2dImpl conv1;
  final Conv2dImpl conv2;
  final LinearImpl dense1;
  final LinearImpl dense2;

  Network(Order order) {
    conv1 = register_module("conv1", convolution(1, 32));
    conv2 = register_module("conv2", convolution(32, 64));
    dense1 = register_module("dense1", new LinearImpl(3136, 128));
    dense2 = register_module("dense2", new LinearImpl(128, 10));
    set(conv1.weight(), Tensors.ordered(Tensors.of(Cnn.conv1Weight(), 32, 1, 3, 3), order));
    set(conv1.bias(), Tensors.of(Cnn.conv1Bias(), 32));
    set(conv2.weight(), Tensors.ordered(Tensors.of(Cnn.conv2Weight(), 64, 32, 3, 3), order));
    set(conv2.bias(), Tensors.of(Cnn.conv2Bias(), 64));
    set(dense1.weight(), Tensors.of(Cnn.dense1Weight(), 128, 3136));
    set(dense1.bias(), Tensors.of(Cnn.dense1Bias(), 128));
    set(dense2.weight(), Tensors.of(Cnn.dense2Weight(), 10, 128));
    set(dense2.bias(), Tensors.of(Cnn.dense2Bias(), 10));
  }

  private static Conv2dImpl convolution(long in, long out) {
    Conv2dOptions options = new Conv2dOptions(in, out, new LongPointer(3, 3));
    options.padding().put(new LongPointer(1, 1));
    return new Conv2dImpl(options);
  }

  private static void set(Tensor parameter, Tensor value) {
    parameter.set_data(value);
  }

  /** Weight and bias of each layer in order. */
  List<Tensor> weights() {
    return List.of(
        conv1.weight(),
        conv1.bias(),
        conv2.weight(),
        conv2.bias(),
        dense1.weight(),
        dense1.bias(),
        dense2.weight(),
        dense2.bias());
  }

  /** The logits {@code [batch, 10]} of {@code [batch, 1, 28, 28]}. */
  Tensor logits(Tensor images) {
    Tensor x = pool(conv1.forward(images).relu_());
    x = pool(conv2.forward(x).relu_());
    return head(torch.flatten(x, 1, -1));
  }

  /** The dense layers, on {@code [batch, 3136]}. */
  Tensor head(Tensor x) {
    return dense2.forward(dense1.forward(x).relu_());
  }

  static Tensor pool(Tensor x) {
    return torch.max_pool2d(x, TWO, TWO, NONE, ONE, false);
  }
}
