package dev.balboa.nn.model;

import dev.balboa.nn.layer.AdaptivePool;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Dropout;
import dev.balboa.nn.layer.Initializer;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.tensor.Tensor;

/**
 * VGG (Simonyan and Zisserman, 2015), as in torchvision: pictures [N, 3, H, W] of 32 x 32 and
 * larger, made for 224 x 224; logits [N, classes]. ReLU is part of the layer before it, and numbers
 * among the features are left out for it.
 */
public final class Vgg extends Layer {
  private static final int POOL = 0;

  private final Sequential features = child("features", Sequential.of());
  private final AdaptivePool pool = child("avgpool", AdaptivePool.avg(7, 7));
  private final Sequential classifier = child("classifier", Sequential.of());

  /** Convolutions of so many filters, {@link #POOL} for a pooling, then two hidden layers. */
  Vgg(long classes, long hidden, int... filters) {
    int index = 0;
    for (int count : filters) {
      if (count == POOL) {
        features.add(Integer.toString(index), new MaxPool2d(2));
        index += 1;
      } else {
        Conv2d conv = new Conv2d(count, 3).padding(1).relu();
        features.add(
            Integer.toString(index),
            conv.weights(Initializer.heNormal()).biases(Initializer.zeros()));
        index += 2;
      }
    }
    classifier.add("0", new Dense(hidden).relu()).add("2", new Dropout(0.5));
    classifier.add("3", new Dense(hidden).relu()).add("5", new Dropout(0.5));
    classifier.add("6", new Dense(classes));
  }

  /** Eleven layers with weights, 133 million of them. */
  public static Vgg vgg11(long classes) {
    return new Vgg(classes, 4096, 64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0);
  }

  @Override
  protected Tensor compute(Tensor x) {
    return classifier.forward(pool.forward(features.forward(x)).flatten(1));
  }
}
