package dev.balboa.nn.data;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Copies the samples of a batch together, into memory that belongs to no scope yet. */
final class BatchAssembly {
  private final Dataset dataset;
  private final Allocator allocator;
  private final int[] order;
  private final int batchSize;
  private final int samples;
  private final long epoch;

  BatchAssembly(
      Dataset dataset, Allocator allocator, int[] order, int batchSize, int samples, long epoch) {
    this.dataset = dataset;
    this.allocator = allocator;
    this.order = order;
    this.batchSize = batchSize;
    this.samples = samples;
    this.epoch = epoch;
  }

  long epoch() {
    return epoch;
  }

  /** A batch whose memory whoever takes it must close. */
  Batch assemble(int index) {
    int from = index * batchSize;
    int count = Math.min(batchSize, samples - from);
    Tensor x = null;
    Tensor y = null;
    try {
      x = allocate(dataset.inputSpec(), count);
      y = allocate(dataset.labelSpec(), count);
      fill(memory(x), memory(y), from, count);
      Batch batch = new Batch(x, y);
      x = null;
      y = null;
      return batch;
    } catch (Throwable e) {
      throw new DataLoadingException(
          "data loader: batch " + index + " of epoch " + epoch + ": " + e.getMessage(), e);
    } finally {
      close(x);
      close(y);
    }
  }

  private static void close(Tensor tensor) {
    if (tensor != null) {
      tensor.close();
    }
  }

  private Tensor allocate(TensorSpec sample, int count) {
    TensorSpec spec = sample.withShape(Shape.of(count).append(sample.shape().dims()));
    Block block = allocator.allocate(spec.byteSize());
    return Tensor.of(
        new ArrayValue(spec, new Storage(block, Layout.Strided.contiguous(spec.shape().dims()))));
  }

  private static MemorySegment memory(Tensor tensor) {
    return ((ArrayValue) tensor.value()).storage().segment();
  }

  private void fill(MemorySegment x, MemorySegment y, int from, int count) {
    long input = dataset.inputSpec().byteSize();
    long label = dataset.labelSpec().byteSize();
    for (int i = 0; i < count; i++) {
      dataset.read(order[from + i], x.asSlice(i * input, input), y.asSlice(i * label, label));
    }
  }
}
