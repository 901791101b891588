package dev.balboa.nn.data;

import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;

/**
 * Samples with labels, by index.
 *
 * <p>Thread rule: {@link #read} is called by the background thread of a {@link DataLoader}, and by
 * several at once if several loaders share the dataset; implementations allow that.
 */
public interface Dataset {
  /** How many samples there are. */
  int size();

  /** Shape and type of one input, without a batch dimension. */
  TensorSpec inputSpec();

  /** Shape and type of one label, without a batch dimension; a class index is a scalar I32. */
  TensorSpec labelSpec();

  /**
   * Writes one sample, densely and in row-major order.
   *
   * @param index in [0, size)
   * @param input exactly the bytes of {@link #inputSpec}; contents undefined
   * @param label exactly the bytes of {@link #labelSpec}; contents undefined
   */
  void read(int index, MemorySegment input, MemorySegment label);

  /**
   * The samples [from, to) as a dataset of their own.
   *
   * @throws IndexOutOfBoundsException if they are not among the samples
   */
  default Dataset slice(int from, int to) {
    return new DatasetSlice(this, from, to);
  }
}
