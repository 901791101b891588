package dev.balboa.nn.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.data.Batch;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.data.Epoch;
import dev.balboa.nn.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class TextTest {
  @RegisterExtension private final TestExecution context = new TestExecution();
  @TempDir private Path directory;

  @Test
  void tokenizersCutTextIntoTokens() {
    assertThat(Tokenizer.WORDS.tokens("Don't panic -- it's 42, Müller!"))
        .containsExactly("don't", "panic", "-", "-", "it's", "42", ",", "müller", "!");
    assertThat(Tokenizer.WORDS.tokens(" \t\n")).isEmpty();
    assertThat(Tokenizer.WORDS.join(List.of("a", "b"))).isEqualTo("a b");
    String text = "a\n😀é";
    assertThat(Tokenizer.CHARACTERS.tokens(text)).containsExactly("a", "\n", "😀", "é");
    assertThat(Tokenizer.CHARACTERS.join(Tokenizer.CHARACTERS.tokens(text))).isEqualTo(text);
  }

  @Test
  void theMostFrequentTokensComeFirst() {
    List<String> texts = List.of("b a b", "c b a <pad>");
    Vocabulary all = Vocabulary.of(texts, Tokenizer.WORDS);
    assertThat(all.size()).isEqualTo(8);
    assertThat(List.of(all.token(0), all.token(1), all.token(2), all.token(3)))
        .containsExactly("<pad>", "<unk>", "b", "a");
    assertThat(all.encode("a z b")).containsExactly(3, 1, 2);
    assertThat(all.decode(3, 2, 0, 0)).isEqualTo("a b");
    Vocabulary few = Vocabulary.of(texts, Tokenizer.WORDS, 3, 1);
    assertThat(few.encode("a b c")).containsExactly(1, 2, 1);
    assertThat(Vocabulary.of(texts, Tokenizer.WORDS, 100, 2).size()).isEqualTo(4);
    assertThatThrownBy(() -> Vocabulary.of(texts, Tokenizer.WORDS, 2, 1))
        .hasMessageContaining("at least 3 tokens");
  }

  @Test
  void vocabulariesAreSavedAndLoaded() throws IOException {
    Path file = directory.resolve("vocabulary");
    Vocabulary saved = Vocabulary.of(List.of("ab\n\r\\n 😀b"), Tokenizer.CHARACTERS);
    saved.save(file);
    Vocabulary loaded = Vocabulary.load(file);
    assertThat(loaded.tokenizer()).isEqualTo(Tokenizer.CHARACTERS);
    assertThat(loaded.size()).isEqualTo(saved.size());
    String text = "\\\n\rnab 😀";
    assertThat(loaded.encode(text)).isEqualTo(saved.encode(text)).doesNotContain(1);
    assertThat(loaded.decode(loaded.encode(text))).isEqualTo(text);
    for (String broken :
        List.of(
            "",
            "balboa vocabulary 1 WORDS\n",
            "balboa vocabulary 1 WORDS\n<pad>\n<unk>\na",
            "balboa vocabulary 1 WORDS\n<pad>\n<unk>\na\na\n",
            "balboa vocabulary 1 WORDS\n<pad>\n<unk>\na\\x\n",
            "balboa vocabulary 1 WORDS\n<pad>\n<unk>\na\\\n",
            "balboa vocabulary 2 WORDS\n<pad>\n<unk>\n")) {
      Files.writeString(file, broken);
      assertThatThrownBy(() -> Vocabulary.load(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void textsArePaddedToTheLongestOfABatch() {
    List<String> texts = List.of("a b c d e", "a", "", "b c");
    Vocabulary vocabulary = Vocabulary.of(texts, Tokenizer.WORDS);
    Dataset data = new TextDataset(texts, new int[] {3, 2, 1, 0}, vocabulary, 4);
    assertThat(data.inputSpec()).hasToString("I32[4]");
    try (Epoch epoch = new DataLoader(data, 2).epoch(0)) {
      Batch first = epoch.next();
      int[] abcd = vocabulary.encode("a b c d");
      assertThat(first.x().toInts())
          .containsExactly(abcd[0], abcd[1], abcd[2], abcd[3], abcd[0], 0, 0, 0);
      assertThat(first.y().toInts()).containsExactly(3, 2);
      assertThat(Padding.lengths(first.x()).toInts()).containsExactly(4, 1);
      assertThat(Padding.mask(first.x()).toBytes()).containsExactly(1, 1, 1, 1, 1, 0, 0, 0);
      Batch second = epoch.next();
      assertThat(second.x().spec()).hasToString("I32[2, 2]");
      assertThat(Padding.lengths(second.x()).toInts()).containsExactly(0, 2);
    }
    assertThatThrownBy(() -> new TextDataset(texts, new int[3], vocabulary, 4))
        .hasMessageContaining("4 texts, got 3");
    assertThatThrownBy(() -> new TextDataset(texts, new int[4], vocabulary, 0))
        .hasMessageContaining("got 0");
    assertThatThrownBy(() -> Padding.mask(Tensor.of(new int[] {1, 2})))
        .hasMessageContaining("I32[N, length], got I32[2]");
  }

  @Test
  void labelsOfTokensArePaddedAlike() {
    Dataset data = new SequencePairs(new int[][] {{5, 6, 7}, {8}}, new int[][] {{1, 2, 3}, {4}});
    try (Epoch epoch = new DataLoader(data, 2).epoch(0)) {
      Batch batch = epoch.next();
      assertThat(batch.x().toInts()).containsExactly(5, 6, 7, 8, 0, 0);
      assertThat(batch.y().toInts()).containsExactly(1, 2, 3, 4, 0, 0);
    }
    int[][] one = {{1}};
    assertThatThrownBy(() -> new SequencePairs(one, new int[][] {{1, 2}}))
        .hasMessageContaining("a label for each token");
    assertThatThrownBy(() -> new SequencePairs(new int[][] {{}}, new int[][] {{}}))
        .hasMessageContaining("no empty sequence");
  }

  @Test
  void windowsOfALongTextPredictTheNextToken() {
    int[] tokens = {0, 1, 2, 3, 4, 5, 6};
    Dataset data = new LanguageModelDataset(tokens, 2);
    assertThat(data.size()).isEqualTo(3);
    try (Epoch epoch = new DataLoader(data, 3).epoch(0)) {
      Batch batch = epoch.next();
      assertThat(batch.x().toInts()).containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(batch.y().toInts()).containsExactly(1, 2, 3, 4, 5, 6);
    }
    assertThat(new LanguageModelDataset(tokens, 2, 1).size()).isEqualTo(5);
    assertThat(new LanguageModelDataset(tokens, 6).size()).isEqualTo(1);
    assertThatThrownBy(() -> new LanguageModelDataset(tokens, 7)).hasMessageContaining("7 tokens");
  }
}
