package dev.balboa.bench.pytorch;

import dev.balboa.bench.Inputs.Pictures;
import org.bytedeco.pytorch.Tensor;

/** The shared pictures as batches, taken in turn without end. */
final class Batches {
  private final Tensor[] images;
  private final Tensor[] labels;
  private int next;

  /** All full batches of the first {@code count} pictures. */
  Batches(Pictures all, int count, int batch, Order order) {
    images = new Tensor[count / batch];
    labels = new Tensor[images.length];
    for (int i = 0; i < images.length; i++) {
      int from = i * batch;
      int to = from + batch;
      images[i] = Tensors.ordered(Tensors.of(all.images(from, to), batch, 1, 28, 28), order);
      labels[i] = Tensors.labels(all.labels(from, to));
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
}
