package dev.balboa.nn.data.text;

import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * Texts with class labels, as token indices I32 [length]. A batch is as long as its longest text;
 * shorter ones are filled up with index 0 at the end, from which {@link Padding} finds lengths and
 * masks again. Texts without tokens are one padding token long, longer ones than allowed cut.
 *
 * <p>Thread rule: immutable.
 */
public final class TextDataset implements Dataset {
  private static final TensorSpec LABEL = new TensorSpec(Shape.scalar(), DType.I32);

  private final int[][] texts;
  private final int[] labels;
  private final int longest;

  /**
   * Encodes texts.
   *
   * @param labels class indices
   * @param mostTokens of a text that are kept
   */
  public TextDataset(List<String> texts, int[] labels, Vocabulary vocabulary, int mostTokens) {
    if (texts.size() != labels.length) {
      throw new IllegalArgumentException(
          "text dataset: expected a label for each of "
              + texts.size()
              + " texts, got "
              + labels.length);
    }
    if (mostTokens < 1) {
      throw new IllegalArgumentException(
          "text dataset: expected at least 1 token, got " + mostTokens);
    }
    this.labels = labels.clone();
    this.texts =
        texts.stream()
            .map(vocabulary::encode)
            .map(tokens -> tokens.length > mostTokens ? Arrays.copyOf(tokens, mostTokens) : tokens)
            .toArray(int[][]::new);
    this.longest = Math.max(1, Arrays.stream(this.texts).mapToInt(t -> t.length).max().orElse(1));
  }

  /** The class of a sample. */
  public int label(int index) {
    return labels[index];
  }

  @Override
  public int size() {
    return texts.length;
  }

  @Override
  public int length(int index) {
    return Math.max(1, texts[index].length);
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
    return LABEL;
  }

  @Override
  public void read(int index, MemorySegment input, MemorySegment label) {
    Padding.write(texts[index], input);
    label.set(ValueLayout.JAVA_INT, 0, labels[index]);
  }
}
