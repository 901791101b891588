package dev.balboa.nn.model;

import dev.balboa.nn.layer.AvgPool2d;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.tensor.Tensor;

/**
 * LeNet-5 (LeCun et al., 1998) with fully connected feature maps and a linear output: pictures [N,
 * 1, 28, 28], logits [N, classes].
 */
public final class LeNet5 extends Layer {
  private final Conv2d conv1 =
      child("conv1", new Conv2d(6, 5).padding(2).activation(Activation.TANH));
  private final AvgPool2d pool1 = child("pool1", new AvgPool2d(2));
  private final Conv2d conv2 = child("conv2", new Conv2d(16, 5).activation(Activation.TANH));
  private final AvgPool2d pool2 = child("pool2", new AvgPool2d(2));
  private final Dense fc1 = child("fc1", new Dense(120).activation(Activation.TANH));
  private final Dense fc2 = child("fc2", new Dense(84).activation(Activation.TANH));
  private final Dense fc3;

  /** A network that tells so many classes apart. */
  public LeNet5(long classes) {
    fc3 = child("fc3", new Dense(classes));
  }

  @Override
  protected Tensor compute(Tensor x) {
    Tensor maps = pool1.forward(conv1.forward(x));
    Tensor features = pool2.forward(conv2.forward(maps)).flatten(1);
    return fc3.forward(fc2.forward(fc1.forward(features)));
  }
}
