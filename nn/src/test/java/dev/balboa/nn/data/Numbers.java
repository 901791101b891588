package dev.balboa.nn.data;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Samples i with label i; also of lengths 1 + i % 5, filled up with zeros, if told. */
class Numbers implements Dataset {
  private final int size;
  private final boolean varying;

  Numbers(int size) {
    this(size, false);
  }

  Numbers(int size, boolean varying) {
    this.size = size;
    this.varying = varying;
  }

  /** The labels of all batches. */
  static List<Integer> labels(Epoch epoch) {
    List<Integer> all = new ArrayList<>();
    try (epoch) {
      epoch.forEachRemaining(b -> IntStream.of(b.y().toInts()).forEach(all::add));
    }
    return all;
  }

  /** The labels of a dataset in order. */
  static List<Integer> labels(Dataset dataset) {
    return labels(new DataLoader(dataset, 4).prefetch(0).epoch(0));
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int length(int index) {
    return varying ? 1 + index % 5 : 0;
  }

  @Override
  public TensorSpec inputSpec() {
    return inputSpec(varying ? 5 : 1);
  }

  @Override
  public TensorSpec inputSpec(int length) {
    return TensorSpec.f32(Math.max(1, length));
  }

  @Override
  public TensorSpec labelSpec() {
    return new TensorSpec(Shape.scalar(), DType.I32);
  }

  @Override
  public void read(int index, MemorySegment input, MemorySegment label) {
    input.fill((byte) 0);
    for (int i = 0; i < Math.max(1, length(index)); i++) {
      input.setAtIndex(ValueLayout.JAVA_FLOAT, i, index);
    }
    label.set(ValueLayout.JAVA_INT, 0, index);
  }
}
