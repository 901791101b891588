package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Layers of one kind, named {@code 0}, {@code 1}, ..., which are applied one after the other by a
 * function of the caller's.
 *
 * @param <L> the kind of layer
 */
final class LayerList<L extends Layer> extends Layer {
  private final List<L> layers;

  /** Applies one of the layers. */
  @FunctionalInterface
  interface Step {
    Tensor apply(int index, Tensor x);
  }

  LayerList(int count, Supplier<L> factory) {
    if (count < 1) {
      throw new IllegalArgumentException("expected layers >= 1, got " + count);
    }
    layers =
        IntStream.range(0, count).mapToObj(i -> child(Integer.toString(i), factory.get())).toList();
  }

  int size() {
    return layers.size();
  }

  L get(int index) {
    return layers.get(index);
  }

  List<L> layers() {
    return layers;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return fold(x, (i, h) -> layers.get(i).forward(h));
  }

  /** Step size - 1 of ... of step 1 of step 0 of x. */
  Tensor forward(Tensor x, Step step) {
    return apply(x, () -> fold(x, step));
  }

  private Tensor fold(Tensor x, Step step) {
    Tensor y = x;
    for (int i = 0; i < layers.size(); i++) {
      y = step.apply(i, y);
    }
    return y;
  }
}
