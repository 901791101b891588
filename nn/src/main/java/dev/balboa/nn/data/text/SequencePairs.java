package dev.balboa.nn.data.text;

import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Token sequences with a label for every token, such as tags: inputs and labels are I32 [length]. A
 * batch is as long as its longest sequence; shorter ones are filled up with index 0, inputs and
 * labels alike, so that a loss can leave class 0 out.
 *
 * <p>Thread rule: immutable.
 */
public final class SequencePairs implements Dataset {
  private final int[][] inputs;
  private final int[][] labels;
  private final int longest;

  /** Sequences of which each has as many labels as tokens, at least one; not copied. */
  public SequencePairs(int[][] inputs, int[][] labels) {
    boolean fits = inputs.length == labels.length;
    for (int i = 0; fits && i < inputs.length; i++) {
      fits = inputs[i].length == labels[i].length && inputs[i].length > 0;
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "sequence pairs: expected a label for each token, and no empty sequence");
    }
    this.inputs = inputs;
    this.labels = labels;
    this.longest = Math.max(1, Arrays.stream(inputs).mapToInt(t -> t.length).max().orElse(1));
  }

  @Override
  public int size() {
    return inputs.length;
  }

  @Override
  public int length(int index) {
    return inputs[index].length;
  }

  @Override
  public TensorSpec inputSpec() {
    return inputSpec(longest);
  }

  @Override
  public TensorSpec inputSpec(int length) {
    return new TensorSpec(Shape.of(length), DType.I32);
  }

  @Override
  public TensorSpec labelSpec() {
    return inputSpec();
  }

  @Override
  public TensorSpec labelSpec(int length) {
    return inputSpec(length);
  }

  @Override
  public void read(int index, MemorySegment input, MemorySegment label) {
    Padding.write(inputs[index], input);
    Padding.write(labels[index], label);
  }
}
