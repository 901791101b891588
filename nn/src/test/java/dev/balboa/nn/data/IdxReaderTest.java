package dev.balboa.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class IdxReaderTest {
  @TempDir private Path directory;

  private Path file(byte[] content) throws IOException {
    return Files.write(directory.resolve("f.idx"), content);
  }

  private Path file(String hex) throws IOException {
    return file(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  static byte[] idx(byte[] elements, int... dims) {
    ByteBuffer out = ByteBuffer.allocate(4 + 4 * dims.length + elements.length);
    out.put((byte) 0).put((byte) 0).put((byte) 8).put((byte) dims.length);
    for (int dim : dims) {
      out.putInt(dim);
    }
    return out.put(elements).array();
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }

  @Test
  void readsPlainAndGzippedFiles() throws IOException {
    byte[] content = idx(new byte[] {1, 2, 3, -1, 5, 6}, 2, 3, 1);
    for (byte[] bytes : new byte[][] {content, gzip(content)}) {
      IdxReader.Array array = IdxReader.read(file(bytes), 3);
      assertThat(array.dims()).containsExactly(2, 3, 1);
      assertThat(array.elements()).containsExactly(1, 2, 3, -1, 5, 6);
    }
  }

  private void refuses(Path file, int rank, String... expected) {
    assertThatThrownBy(() -> IdxReader.read(file, rank))
        .isInstanceOf(IdxException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContainingAll(expected);
  }

  @Test
  void refusesWhatIsNoIdxFile() throws IOException {
    refuses(file(""), 1, "at byte 0", "4 bytes of the magic number, got 0");
    refuses(file("0000 08"), 1, "at byte 0", "got 3");
    refuses(file("0100 0801 00000001 07"), 1, "at byte 0", "two zero bytes, got 01 00");
    refuses(file("0000 0d01 00000001 07"), 1, "at byte 2", "type 08 (unsigned byte), got 0d");
    refuses(file("0000 0803 00000001 07"), 1, "at byte 3", "rank 1, got 3");
    refuses(file("0000 0801 0000"), 1, "at byte 4", "4 bytes of dimension 0, got 2");
  }

  @Test
  void refusesSizesThatTheFileDoesNotHave() throws IOException {
    refuses(file("0000 0801 00000003 0102"), 1, "at byte 8", "expected 3 bytes", "[3], got 2");
    refuses(file("0000 0801 00000001 0102"), 1, "at byte 9", "the end of the file");
    refuses(file("0000 0801 00000000"), 1, "at byte 4", "got 0");
    refuses(file("0000 0801 ffffffff 01"), 1, "at byte 4", "got 4294967295");
    refuses(file("0000 0803 7fffffff 7fffffff 7fffffff 01"), 3, "at byte 4", "at most 1073741824");
    refuses(file("0000 0803 00010000 00010000 00000001 01"), 3, "at most", "[65536, 65536, 1]");
  }

  @Test
  void takesNoMemoryForSizesThatAGzippedFileOnlyClaims() throws IOException {
    byte[] claims = Arrays.copyOf(idx(new byte[0], 1 << 30), 1000);
    refuses(file(gzip(claims)), 1, "expected 1073741824 bytes", "got 992");
    refuses(file(Arrays.copyOf(gzip(claims), 20)), 1, "broken gzip data");
    refuses(file("1f8b 0000"), 1, "broken gzip data");
  }

  @Test
  void honoursTheCallersLimit() throws IOException {
    Path file = file(idx(new byte[5], 5));
    assertThat(IdxReader.read(file, 1, 5).elements()).hasSize(5);
    assertThatThrownBy(() -> IdxReader.read(file, 1, 4)).hasMessageContaining("at most 4 elements");
    assertThatThrownBy(() -> IdxReader.read(file, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> IdxReader.read(directory.resolve("none"), 1))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void damagedFilesAreReadOrRefused() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    byte[] plain = idx(new byte[100], 4, 5, 5);
    for (byte[] good : new byte[][] {plain, gzip(plain)}) {
      for (int i = 0; i < 2000; i++) {
        byte[] bad = Arrays.copyOf(good, random.nextInt(good.length + 4));
        for (int flips = random.nextInt(4); flips > 0 && bad.length > 0; flips--) {
          bad[random.nextInt(Math.min(bad.length, 24))] = (byte) random.nextInt();
        }
        Path file = file(bad);
        try {
          IdxReader.Array array = IdxReader.read(file, 3, 1 << 20);
          assertThat(Arrays.stream(array.dims()).reduce(1, (a, b) -> a * b))
              .isEqualTo(array.elements().length);
        } catch (IdxException e) {
          assertThat(e).hasMessageContaining(file.toString());
        }
      }
    }
  }
}
