package dev.balboa.nn.data;

import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Another dataset with its inputs changed. */
record MappedDataset(Dataset source, TensorSpec inputSpec, SampleTransform transform, long seed)
    implements Dataset {
  MappedDataset {
    Objects.requireNonNull(inputSpec, "dataset: spec of the mapped inputs");
    Objects.requireNonNull(transform, "dataset: transform");
  }

  @Override
  public int size() {
    return source.size();
  }

  @Override
  public TensorSpec labelSpec() {
    return source.labelSpec();
  }

  @Override
  public void read(int index, MemorySegment input, MemorySegment label) {
    read(index, 0, input, label);
  }

  @Override
  public void read(int index, long epoch, MemorySegment input, MemorySegment label) {
    Objects.checkIndex(index, size());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment before = arena.allocate(source.inputSpec().byteSize(), Long.BYTES);
      source.read(index, epoch, before, label);
      transform.apply(before, input, new SampleRandom(seed, epoch, index));
    }
  }
}
