package dev.balboa.nn.model;

import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.tensor.Tensor;

/** Multi-layer perceptron with ReLU between its layers: inputs [N, ...], logits [N, last]. */
public final class Mlp extends Layer {
  private final Sequential layers = child("layers", Sequential.of(new Flatten()));

  /** Layers of so many units; the last gives the logits. */
  public Mlp(long... units) {
    if (units.length == 0) {
      throw new IllegalArgumentException("Mlp: expected the units of at least one layer, got none");
    }
    for (int i = 0; i < units.length; i++) {
      Dense dense = new Dense(units[i]);
      layers.add(i < units.length - 1 ? dense.relu() : dense);
    }
  }

  @Override
  protected Tensor compute(Tensor x) {
    return layers.forward(x);
  }
}
