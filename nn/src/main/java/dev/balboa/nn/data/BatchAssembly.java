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

/**
 * Copies the samples of a batch together, into memory that belongs to no scope yet.
 *
 * <p>Thread rule: immutable.
 */
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
    int sample = -1;
    try {
      int length = longest(from, count);
      TensorSpec input = dataset.inputSpec(length);
      TensorSpec label = dataset.labelSpec(length);
      x = allocate(input, count);
      y = allocate(label, count);
      MemorySegment inputs = memory(x);
      MemorySegment labels = memory(y);
      for (int i = 0; i < count; i++) {
        sample = order[from + i];
        dataset.read(
            sample,
            epoch,
            inputs.asSlice(i * input.byteSize(), input.byteSize()),
            labels.asSlice(i * label.byteSize(), label.byteSize()));
      }
      Batch batch = new Batch(x, y);
      x = null;
      y = null;
      return batch;
    } catch (Throwable e) {
      String where = sample < 0 ? "" : ", sample " + sample;
      throw new DataLoadingException(
          "data loader: batch " + index + " of epoch " + epoch + where + ": " + e.getMessage(),
          sample,
          e);
    } finally {
      close(x);
      close(y);
    }
  }

  private int longest(int from, int count) {
    int longest = 0;
    for (int i = 0; i < count; i++) {
      longest = Math.max(longest, dataset.length(order[from + i]));
    }
    return longest;
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
}
