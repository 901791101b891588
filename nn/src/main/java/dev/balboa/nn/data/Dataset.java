package dev.balboa.nn.data;

import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Samples with labels, by index.
 *
 * <p>Samples may differ in {@linkplain #length length}: a batch is then as long as its longest
 * sample, and a shorter one is padded by {@link #read}, which sees the larger memory.
 *
 * <p>Thread rule: {@link #read} is called by the background threads of a {@link DataLoader}, and by
 * those of several loaders that share the dataset; implementations allow that.
 */
public interface Dataset {
  /** How many samples there are. */
  int size();

  /** Shape and type of one input, without a batch dimension; of the longest, if they differ. */
  TensorSpec inputSpec();

  /**
   * Shape and type of one label, without a batch dimension; a class index is a scalar I32. Of the
   * longest, if they differ.
   */
  TensorSpec labelSpec();

  /**
   * Writes one sample, densely and in row-major order.
   *
   * @param index in [0, size)
   * @param input exactly the bytes of {@link #inputSpec}, or of the batch's length; contents
   *     undefined
   * @param label exactly the bytes of {@link #labelSpec}, or of the batch's length; contents
   *     undefined
   */
  void read(int index, MemorySegment input, MemorySegment label);

  /**
   * {@link #read(int, MemorySegment, MemorySegment)} of a dataset that is another one in each
   * epoch, such as an augmented one. Equal arguments give equal samples.
   */
  default void read(int index, long epoch, MemorySegment input, MemorySegment label) {
    read(index, input, label);
  }

  /** How long a sample is, 0 if all are equal; reading it is cheap. */
  default int length(int index) {
    return 0;
  }

  /** Shape and type of an input that is padded to this length. */
  default TensorSpec inputSpec(int length) {
    return inputSpec();
  }

  /** Shape and type of a label that is padded to this length. */
  default TensorSpec labelSpec(int length) {
    return labelSpec();
  }

  /**
   * The samples [from, to) as a dataset of their own.
   *
   * @throws IndexOutOfBoundsException if they are not among the samples
   */
  default Dataset slice(int from, int to) {
    return new DatasetSlice(this, from, to);
  }

  /**
   * These samples as a dataset of their own, in this order; one may occur several times.
   *
   * @throws IndexOutOfBoundsException if one is not among the samples
   */
  default Dataset subset(int... indices) {
    return new Subset(this, indices);
  }

  /**
   * The same samples with other inputs, of one length. What the transform draws depends on seed,
   * epoch and index alone.
   *
   * @param output shape and type of the new inputs
   */
  default Dataset map(TensorSpec output, SampleTransform transform, long seed) {
    return new MappedDataset(this, output, transform, seed);
  }

  /**
   * The samples of several datasets one after the other.
   *
   * @throws IllegalArgumentException if their specs are not equal
   */
  static Dataset concat(Dataset... parts) {
    return new Concatenation(List.of(parts));
  }
}
