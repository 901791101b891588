package dev.balboa.nn.data.text;

import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Windows of one long text for training a language model: inputs are {@code length} tokens, labels
 * the tokens that follow each of them, both I32 [length].
 *
 * <p>Thread rule: immutable.
 */
public final class LanguageModelDataset implements Dataset {
  private final int[] tokens;
  private final int length;
  private final int stride;
  private final TensorSpec spec;

  /** Windows that follow each other. */
  public LanguageModelDataset(int[] tokens, int length) {
    this(tokens, length, length);
  }

  /**
   * Windows that begin every {@code stride} tokens; what is left at the end is in none.
   *
   * @param tokens of the text; not copied
   */
  public LanguageModelDataset(int[] tokens, int length, int stride) {
    if (length < 1 || stride < 1 || tokens.length <= length) {
      throw new IllegalArgumentException(
          "language model dataset: expected windows of >= 1 tokens, a stride >= 1, and more tokens"
              + " than in a window, got "
              + length
              + ", "
              + stride
              + " and "
              + tokens.length
              + " tokens");
    }
    this.tokens = tokens;
    this.length = length;
    this.stride = stride;
    this.spec = new TensorSpec(Shape.of(length), DType.I32);
  }

  @Override
  public int size() {
    return (tokens.length - 1 - length) / stride + 1;
  }

  @Override
  public TensorSpec inputSpec() {
    return spec;
  }

  @Override
  public TensorSpec labelSpec() {
    return spec;
  }

  @Override
  public void read(int index, MemorySegment input, MemorySegment label) {
    int from = Objects.checkIndex(index, size()) * stride;
    MemorySegment.copy(tokens, from, input, ValueLayout.JAVA_INT, 0, length);
    MemorySegment.copy(tokens, from + 1, label, ValueLayout.JAVA_INT, 0, length);
  }
}
