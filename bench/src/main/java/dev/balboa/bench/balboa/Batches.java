package dev.balboa.bench.balboa;

import dev.balboa.bench.Inputs.Pictures;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;

/** The shared pictures as batches, taken in turn without end. */
final class Batches implements AutoCloseable {
  private final Tensor[] images;
  private final Tensor[] labels;
  private int next;

  /** All full batches of the first {@code count} pictures. */
  Batches(Pictures all, int count, int batch) {
    images = new Tensor[count / batch];
    labels = new Tensor[images.length];
    try (var _ = Scope.open()) {
      for (int i = 0; i < images.length; i++) {
        int from = i * batch;
        images[i] = Tensor.of(all.images(from, from + batch), batch, 1, 28, 28).keep();
        labels[i] = Tensor.of(all.labels(from, from + batch), batch).keep();
      }
    }
  }

  /** Moves on to the next batch. */
  void advance() {
    next = next + 1 == images.length ? 0 : next + 1;
  }

  Tensor images() {
    return images[next];
  }

  Tensor labels() {
    return labels[next];
  }

  @Override
  public void close() {
    for (int i = 0; i < images.length; i++) {
      images[i].close();
      labels[i].close();
    }
  }
}
