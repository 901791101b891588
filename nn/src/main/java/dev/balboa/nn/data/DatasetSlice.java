package dev.balboa.nn.data;

import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** A range of another dataset. */
record DatasetSlice(Dataset source, int from, int to) implements Dataset {
  DatasetSlice {
    Objects.checkFromToIndex(from, to, source.size());
  }

  @Override
  public int size() {
    return to - from;
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
    return source.length(from + Objects.checkIndex(index, size()));
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
    source.read(from + Objects.checkIndex(index, size()), input, label);
  }

  @Override
  public void read(int index, long epoch, MemorySegment input, MemorySegment label) {
    source.read(from + Objects.checkIndex(index, size()), epoch, input, label);
  }
}
