package dev.balboa.nn.layer;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;

/**
 * Layers applied one after the other, named {@code 0}, {@code 1}, ... unless given a name:
 *
 * <pre>{@code
 * Sequential model =
 *     Sequential.of(
 *             Shape.of(1, 28, 28),
 *             new Conv2d(32, 3).same().relu(),
 *             new MaxPool2d(2),
 *             new Flatten(),
 *             new Dense(10))
 *         .build(42);
 * }</pre>
 *
 * <p>Without layers it is the identity.
 */
public final class Sequential extends Layer {
  private final TensorSpec input;

  private Sequential(TensorSpec input, Layer... layers) {
    this.input = input;
    for (Layer layer : layers) {
      add(layer);
    }
  }

  /** Layers whose input's shape is given when they are built. */
  public static Sequential of(Layer... layers) {
    return new Sequential(null, layers);
  }

  /**
   * Layers for F32 inputs of one shape.
   *
   * @param sample shape of one input, without the batch dimension
   */
  public static Sequential of(Shape sample, Layer... layers) {
    return new Sequential(batchOfOne(sample), layers);
  }

  /** Appends a layer under the next number. */
  public Sequential add(Layer layer) {
    return add(Integer.toString(children().size()), layer);
  }

  /** Appends a layer under a name. */
  public Sequential add(String name, Layer layer) {
    child(name, layer);
    return this;
  }

  /** Appends to this one while it is not built, else makes a new one of both. */
  @Override
  public Sequential then(Layer next) {
    return isBuilt() || !path().isEmpty() ? super.then(next) : add(next);
  }

  /**
   * Creates all parameters for the shape given at construction.
   *
   * @param seed of the initial values
   * @return this
   * @throws IllegalStateException if no shape was given, or it is built already
   */
  public Sequential build(long seed) {
    if (input == null) {
      throw new IllegalStateException(
          "Sequential: no input shape was given; use Sequential.of(shape, layers...) or"
              + " build(shape, seed)");
    }
    build(input, new RandomStream(seed));
    return this;
  }

  @Override
  protected Tensor compute(Tensor x) {
    Tensor y = x;
    for (Layer layer : children().values()) {
      y = layer.forward(y);
    }
    return y;
  }
}
