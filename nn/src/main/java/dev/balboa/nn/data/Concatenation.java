package dev.balboa.nn.data;

import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Datasets of one kind one after the other. */
final class Concatenation implements Dataset {
  private final List<Dataset> parts;
  private final int[] ends;

  Concatenation(List<Dataset> parts) {
    this.parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("dataset: expected at least one to join, got none");
    }
    Dataset first = parts.get(0);
    ends = new int[parts.size()];
    int end = 0;
    for (int i = 0; i < ends.length; i++) {
      Dataset part = parts.get(i);
      if (!part.inputSpec().equals(first.inputSpec())
          || !part.labelSpec().equals(first.labelSpec())) {
        throw new IllegalArgumentException(
            "dataset: expected samples of "
                + first.inputSpec()
                + " and "
                + first.labelSpec()
                + " to join, got "
                + part.inputSpec()
                + " and "
                + part.labelSpec());
      }
      end = Math.addExact(end, part.size());
      ends[i] = end;
    }
  }

  @Override
  public int size() {
    return ends[ends.length - 1];
  }

  @Override
  public TensorSpec inputSpec() {
    return parts.get(0).inputSpec();
  }

  @Override
  public TensorSpec labelSpec() {
    return parts.get(0).labelSpec();
  }

  @Override
  public int length(int index) {
    int part = part(index);
    return parts.get(part).length(index - start(part));
  }

  @Override
  public TensorSpec inputSpec(int length) {
    return parts.get(0).inputSpec(length);
  }

  @Override
  public TensorSpec labelSpec(int length) {
    return parts.get(0).labelSpec(length);
  }

  @Override
  public void read(int index, MemorySegment input, MemorySegment label) {
    int part = part(index);
    parts.get(part).read(index - start(part), input, label);
  }

  @Override
  public void read(int index, long epoch, MemorySegment input, MemorySegment label) {
    int part = part(index);
    parts.get(part).read(index - start(part), epoch, input, label);
  }

  /** The first part that ends behind the index. */
  private int part(int index) {
    int at = Arrays.binarySearch(ends, Objects.checkIndex(index, size()) + 1);
    int part = at < 0 ? -at - 1 : at;
    while (part > 0 && ends[part - 1] > index) {
      part--; // parts without samples end where the one before them ends
    }
    return part;
  }

  private int start(int part) {
    return part == 0 ? 0 : ends[part - 1];
  }
}
