package dev.balboa.examples.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
  @TempDir private Path directory;

  /** Writes a testament with a block for each list of verses. */
  private void write(String testament, List<List<String>> blocks) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    byte[] blockEntries = new byte[12 * blocks.size()];
    byte[] verseEntries = new byte[10 * blocks.stream().mapToInt(List::size).sum()];
    ByteBuffer index = ByteBuffer.wrap(blockEntries).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer verses = ByteBuffer.wrap(verseEntries).order(ByteOrder.LITTLE_ENDIAN);
    for (int b = 0; b < blocks.size(); b++) {
      byte[] block = String.join("", blocks.get(b)).getBytes(StandardCharsets.UTF_8);
      int start = packed.size();
      try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
        out.write(block);
      }
      index.putInt(start).putInt(packed.size() - start).putInt(block.length);
      int at = 0;
      for (String verse : blocks.get(b)) {
        int length = verse.getBytes(StandardCharsets.UTF_8).length;
        verses.putInt(b).putInt(at).putShort((short) length);
        at += length;
      }
    }
    Files.write(directory.resolve(testament + ".bzs"), blockEntries);
    Files.write(directory.resolve(testament + ".bzv"), verseEntries);
    Files.write(directory.resolve(testament + ".bzz"), packed.toByteArray());
  }

  @Test
  void readsVersesAndTakesMarkupAway() throws IOException {
    String heading = "<title type=\"main\">The <b>First</b> Book</title> <div sID=\"x\"/> ";
    String marked =
        "¶ In the <w lemma=\"strong:H7225\">beginning</w>\n God<note n=\"1\">Heb. <reference>x"
            + "</reference></note> created Cæsar. <div eID=\"x\"/>";
    write("ot", List.of(List.of(heading, "", marked), List.of("<w>And</w> it was so. ")));
    write("nt", List.of(List.of("Amen.")));
    assertThat(ZText.verses(directory, "ot"))
        .containsExactly(heading, "", marked, "<w>And</w> it was so. ");
    assertThat(Corpus.kingJames(directory).training())
        .isEqualTo("In the beginning God created Cæsar.\nAnd it was so.\nAmen.\n");
  }

  @Test
  void brokenFilesAreRefused() throws IOException {
    write("ot", List.of(List.of("In the beginning")));
    byte[] index = Files.readAllBytes(directory.resolve("ot.bzs"));
    byte[] verses = Files.readAllBytes(directory.resolve("ot.bzv"));
    byte[] packed = Files.readAllBytes(directory.resolve("ot.bzz"));
    refused("ot.bzs", index, 0, 100, "block 0 lies outside");
    refused("ot.bzs", index, 11, 127, "block 0 lies outside of the file or is too large");
    refused("ot.bzs", index, 8, 99, "block 0 has 16 bytes, not 99");
    refused("ot.bzv", verses, 0, 1, "verse 0 lies outside");
    refused("ot.bzv", verses, 8, 17, "verse 0 lies outside");
    refused("ot.bzz", packed, 0, 0, "ot.bzz");
    Files.write(directory.resolve("ot.bzv"), new byte[9]);
    assertThatThrownBy(() -> ZText.verses(directory, "ot"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected entries of 10 bytes, got 9");
  }

  private void refused(String file, byte[] content, int at, int value, String message)
      throws IOException {
    byte[] bad = content.clone();
    bad[at] = (byte) value;
    Files.write(directory.resolve(file), bad);
    assertThatThrownBy(() -> ZText.verses(directory, "ot"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(message);
    Files.write(directory.resolve(file), content);
  }

  @Test
  void whatIsHeldOutIsNotTrainedOn() {
    List<String> verses = IntStream.range(0, 4500).mapToObj(i -> "verse " + i).toList();
    Corpus corpus = Corpus.of("numbers", verses);
    assertThat(corpus.heldOut().lines())
        .containsExactlyElementsOf(
            IntStream.concat(IntStream.range(1900, 2000), IntStream.range(3900, 4000))
                .mapToObj(i -> "verse " + i)
                .toList());
    assertThat(corpus.training().lines()).hasSize(4300).doesNotContain("verse 1950");
  }

  @Test
  void theEmbeddedTextIsThere() throws IOException {
    Corpus corpus = Corpus.embedded();
    assertThat(corpus.training())
        .startsWith("In the beginning God created the heaven and the earth.\n");
    assertThat(corpus.heldOut().lines()).hasSize(8);
    assertThat(corpus.description()).contains("held out");
  }

  @Test
  void charactersAreTokens() {
    Characters characters = Characters.of("banana\n");
    assertThat(characters.all()).isEqualTo("\nabn");
    assertThat(characters.encode("nab")).containsExactly(3, 1, 2);
    assertThat(characters.decode(List.of(3, 1, 2))).isEqualTo("nab");
    assertThatThrownBy(() -> characters.encode("x")).hasMessageContaining("knows no 'x'");
  }
}
