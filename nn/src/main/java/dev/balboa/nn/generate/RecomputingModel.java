package dev.balboa.nn.generate;

import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;

/** See {@link LanguageModel#recomputing}. */
record RecomputingModel(Layer model, int context) implements LanguageModel {
  RecomputingModel {
    Objects.requireNonNull(model, "language model: layer");
    if (context < 1) {
      throw new IllegalArgumentException("language model: expected a context >= 1, got " + context);
    }
  }

  @Override
  public Decoding start(int batch, int capacity) {
    return new Recomputing(model, capacity);
  }

  private static final class Recomputing implements Decoding {
    private final Layer model;
    private final int capacity;
    private int[][] read = {};

    Recomputing(Layer model, int capacity) {
      this.model = model;
      this.capacity = capacity;
    }

    @Override
    public Tensor read(Tensor tokens) {
      int rows = Math.toIntExact(tokens.shape().dim(0));
      int more = Math.toIntExact(tokens.shape().dim(1));
      int before = read.length == 0 ? 0 : read[0].length;
      if (before + more > capacity) {
        throw new IllegalStateException(
            "decoding: %d more tokens do not fit, %d of %d are read"
                .formatted(more, before, capacity));
      }
      int[][] next = new int[rows][];
      int[] all = tokens.toInts();
      for (int i = 0; i < rows; i++) {
        next[i] = Arrays.copyOf(read.length == 0 ? new int[0] : read[i], before + more);
        System.arraycopy(all, i * more, next[i], before, more);
      }
      read = next;
      int length = before + more;
      int[] flat = Arrays.stream(next).flatMapToInt(Arrays::stream).toArray();
      Tensor logits = model.infer(Tensor.of(flat, rows, length));
      return logits.slice(1, length - 1L, length).squeeze(1);
    }

    @Override
    public void reorder(int... rows) {
      read = Arrays.stream(rows).mapToObj(row -> read[row]).toArray(int[][]::new);
    }

    @Override
    public void close() {
      read = new int[][] {};
    }
  }
}
