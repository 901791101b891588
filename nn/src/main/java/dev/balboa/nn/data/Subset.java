package dev.balboa.nn.data;

import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;

/** Some samples of another dataset, in an order of their own. */
final class Subset implements Dataset {
  private final Dataset source;
  private final int[] indices;

  Subset(Dataset source, int[] indices) {
    this.source = source;
    this.indices = indices.clone();
    for (int index : this.indices) {
      if (index < 0 || index >= source.size()) {
        throw new IndexOutOfBoundsException(
            "dataset: expected indices in [0, " + source.size() + "), got " + index);
      }
    }
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public TensorSpec inputSpec() {
    return source.inputSpec();
  }

  @Override
  public TensorSpec labelSpec() {
    return source.labelSpec();
  }

  @Override
  public int length(int index) {
    return source.length(indices[index]);
  }

  @Override
  public TensorSpec inputSpec(int length) {
    return source.inputSpec(length);
  }

  @Override
  public TensorSpec labelSpec(int length) {
    return source.labelSpec(length);
  }

  @Override
  public void read(int index, MemorySegment input, MemorySegment label) {
    source.read(indices[index], input, label);
  }

  @Override
  public void read(int index, long epoch, MemorySegment input, MemorySegment label) {
    source.read(indices[index], epoch, input, label);
  }
}
