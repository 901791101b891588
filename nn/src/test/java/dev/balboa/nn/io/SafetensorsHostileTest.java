package dev.balboa.nn.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as an attacker or a broken disk would make them. */
@Timeout(120)
class SafetensorsHostileTest {
  @RegisterExtension private final TestExecution context = new TestExecution();
  @TempDir private Path directory;

  private Path path() {
    return directory.resolve("hostile");
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(path(), content);
  }

  private static byte[] bytes(byte[] header, int dataBytes) {
    return ByteBuffer.allocate(8 + header.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  /** A file with this header, in which ' stands for a double quote, and zeros for data. */
  private Path file(String header, int dataBytes) throws IOException {
    return file(bytes(header.replace('\'', '"').getBytes(StandardCharsets.UTF_8), dataBytes));
  }

  private void refuses(Path file, String... expected) {
    assertThatThrownBy(() -> Safetensors.open(file).close())
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("safetensors: " + file)
        .hasMessageContainingAll(expected);
  }

  private void refuses(String header, int dataBytes, String... expected) throws IOException {
    refuses(file(header, dataBytes), expected);
  }

  private void accepts(String header, int dataBytes) throws IOException {
    Path file = file(header, dataBytes);
    assertThatCode(() -> Safetensors.open(file).close()).doesNotThrowAnyException();
  }

  private static String tensor(String dtype, String shape, String offsets) {
    return "{'x':{'dtype':'" + dtype + "','shape':" + shape + ",'data_offsets':" + offsets + "}}";
  }

  @Test
  void acceptsWhatTheFormatAllows() throws IOException {
    accepts("{}", 0);
    accepts("{}        ", 0);
    accepts(tensor("F32", "[2]", "[0,8]"), 8);
    accepts(tensor("F32", "[]", "[0,4]"), 4);
    accepts(tensor("F32", "[0]", "[0,0]"), 0);
    accepts("{ 'x' :\t{'shape':[\n1 , 1 ], 'data_offsets' : [0,1],'dtype':'U8'\r} }", 1);
    accepts("{'__metadata__':{},'\\u0078\\n\\/\\ud83d\\ude00':" + body(0, 1) + "}", 1);
    accepts("{'b':" + body(1, 2) + ",'e':" + body(1, 1) + ",'a':" + body(0, 1) + "}", 2);
  }

  private static String body(int from, int to) {
    return "{'dtype':'U8','shape':[" + (to - from) + "],'data_offsets':[" + from + "," + to + "]}";
  }

  @Test
  void refusesWrongHeaderLengths() throws IOException {
    refuses(file(new byte[0]), "at least the 8 bytes of the header's length, got 0");
    refuses(file(new byte[7]), "got 7");
    refuses(file(new byte[8]), "expected '{' at character 0 of the header, got the end");
    byte[] huge = new byte[16];
    Arrays.fill(huge, (byte) 0xff);
    refuses(file(huge), "at most 100000000 bytes, got 18446744073709551615");
    byte[] large = new byte[16];
    ByteBuffer.wrap(large).order(ByteOrder.LITTLE_ENDIAN).putLong(100_000_001);
    refuses(file(large), "at most 100000000 bytes, got 100000001");
    ByteBuffer.wrap(large).order(ByteOrder.LITTLE_ENDIAN).putLong(100_000_000);
    refuses(file(large), "expected a header of 100000000 bytes, got 8 in all");
    assertThatThrownBy(() -> Safetensors.open(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void refusesAHeaderOfTheLargestSizeWithoutJson() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path().toFile(), "rw")) {
      file.setLength(8 + 100_000_000);
      file.write(new byte[] {0, (byte) 0xe1, (byte) 0xf5, 0x05});
    }
    refuses(path(), "expected '{' at character 0 of the header, got '\\u0000'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " {}",
        "[]",
        "{",
        "{'",
        "{'x",
        "{'x'",
        "{'x':",
        "{'x':{",
        "{}}",
        "{}\n",
        "{},",
        "{'x':1}",
        "{'x':null}",
        "{x:{}}",
        "{'x':[]}",
        "{'x':{}}",
        "{'x':{},}",
        "{'__metadata__':1}",
        "{'__metadata__':{'a':1}}",
        "{'__metadata__':{'a':{}}}",
        "{'__metadata__':{'a':null}}",
        "{'__metadata__':{'a':'\n'}}",
        "{'__metadata__':{'a':'\\x'}}",
        "{'__metadata__':{'a':'\\u12g4'}}",
        "{'__metadata__':{'a':'\\u12",
        "{'a\\",
        "{'__metadata__':{'a':'\\ud800'}}",
        "{'__metadata__':{'a':'\\udc00\\ud800'}}",
        "{'__metadata__':{'a' 'b'}}",
        "{'__metadata__':{'a':'b',}}",
        "{,}",
        "{'__metadata__':{,}}"
      })
  void refusesWhatIsNotTheJsonOfAHeader(String header) throws IOException {
    refuses(header, 0, "character");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[-1]",
        "[1.0]",
        "[1e0]",
        "[01]",
        "[00]",
        "[+1]",
        "[9223372036854775808]",
        "[0x1]",
        "[18446744073709551617]",
        "['1']",
        "[null]",
        "[true]",
        "[1,]",
        "[,1]",
        "[1 1]",
        "1",
        "{}",
        "[99999999999999999999999999]",
        "[[1]]",
        "null",
        "[NaN]",
        "[1"
      })
  void refusesShapesThatAreNoListsOfIntegers(String shape) throws IOException {
    refuses(tensor("U8", shape, "[0,1]"), 1, "expected", "character");
  }

  @Test
  void refusesDuplicateKeys() throws IOException {
    refuses("{'x':" + body(0, 1) + ",'x':" + body(1, 2) + "}", 2, "duplicate key 'x'");
    refuses("{'x':" + body(0, 1) + ",'\\u0078':" + body(1, 2) + "}", 2, "duplicate key 'x'");
    refuses("{'__metadata__':{},'__metadata__':{}}", 0, "duplicate key '__metadata__'");
    refuses("{'__metadata__':{'k':'','k':''}}", 0, "duplicate key 'k'");
    refuses("{'x':{'dtype':'U8','dtype':'U8'}}", 0, "duplicate key 'dtype'");
  }

  @Test
  void refusesTensorsThatAreNotStatedExactly() throws IOException {
    refuses("{'x':{'dtype':'U8','shape':[1]}}", 1, "tensor 'x'", "one is missing");
    refuses("{'x':{'shape':[1],'data_offsets':[0,1]}}", 1, "one is missing");
    refuses("{'x':{'dtype':'U8','strides':[1]}}", 1, "tensor 'x'", "got 'strides'");
    refuses(tensor("F16", "[1]", "[0,2]"), 2, "tensor 'x'", "[F32, F64,", "got 'F16'");
    refuses(tensor("f32", "[1]", "[0,4]"), 4, "got 'f32'");
    refuses(tensor("U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]"), 1, "rank 9 is above the maximum of 8");
    String many = "[" + "1,".repeat(100) + "1]";
    refuses(tensor("U8", many, "[0,1]"), 1, "at most 64 numbers");
  }

  @Test
  void refusesShapesThatOverflow() throws IOException {
    long max = Long.MAX_VALUE;
    refuses(tensor("U8", "[4294967296,4294967296]", "[0,0]"), 0, "more than 2^63-1 elements");
    refuses(tensor("F32", "[" + max + "]", "[0,4]"), 4, "larger than 2^63-1 bytes");
    refuses(tensor("U8", "[" + max + "]", "[0," + max + "]"), 4, "expected " + max + " bytes");
    refuses(tensor("F64", "[2305843009213693952]", "[0,0]"), 0, "2^63-1 bytes");
  }

  @Test
  void refusesOffsetsThatDoNotFit() throws IOException {
    refuses(tensor("U8", "[1]", "[0]"), 1, "tensor 'x'", "data_offsets of the 1 bytes", "[0]");
    refuses(tensor("U8", "[1]", "[0,1,2]"), 1, "got [0, 1, 2]");
    refuses(tensor("U8", "[1]", "[1,0]"), 1, "got [1, 0]");
    refuses(tensor("F32", "[1]", "[0,3]"), 3, "expected data_offsets of the 4 bytes of F32[1]");
    refuses(tensor("U8", "[1]", "[0,9223372036854775807]"), 1, "data_offsets");
    refuses(tensor("U8", "[1]", "[9223372036854775806,9223372036854775807]"), 1, "leaves a gap");
    refuses(tensor("U8", "[1]", "[1,2]"), 2, "leaves a gap", "from byte 0 on, got 1");
    refuses(tensor("U8", "[1]", "[0,1]"), 2, "expected 1 bytes of data", "got 2");
    refuses(tensor("U8", "[2]", "[0,2]"), 1, "expected 2 bytes of data", "got 1");
    refuses("{}", 1, "expected 0 bytes of data");
    refuses("{'a':" + body(0, 2) + ",'b':" + body(1, 3) + "}", 3, "'b' overlaps another");
    refuses("{'a':" + body(0, 2) + ",'b':" + body(0, 2) + "}", 2, "'b' overlaps another");
    refuses("{'a':" + body(0, 1) + ",'b':" + body(2, 3) + "}", 3, "'b' leaves a gap");
    refuses("{'a':" + body(0, 2) + ",'e':" + body(1, 1) + "}", 2, "'e' overlaps another");
  }

  @Test
  void refusesInvalidUtf8() throws IOException {
    byte[] header = "{\"?\":{}}".getBytes(StandardCharsets.US_ASCII);
    for (int b : new int[] {0x80, 0xc0, 0xff, 0xed}) {
      header[2] = (byte) b;
      refuses(file(bytes(header, 0)), "not valid UTF-8");
    }
  }

  @Test
  void messagesStayShortAndPrintable() throws IOException {
    String name = "\u0007\u202e" + "n".repeat(1000);
    Path file = file("{'\\u0007\u202e" + "n".repeat(1000) + "':{'y':1}}", 0);
    assertThat(name).hasSize(1002);
    assertThatThrownBy(() -> Safetensors.open(file))
        .hasMessageContaining("'\\u0007\\u202ennn")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
  }

  @Test
  void refusesBooleansThatAreNone() throws IOException {
    byte[] content =
        bytes(
            tensor("BOOL", "[2]", "[0,2]").replace('\'', '"').getBytes(StandardCharsets.UTF_8), 2);
    content[content.length - 1] = 2;
    try (SafetensorsFile file = Safetensors.open(file(content))) {
      assertThatThrownBy(() -> file.read("x"))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("elements of 0 and 1, got 2");
    }
  }

  @Test
  void damagedFilesAreReadOrRefused() throws IOException {
    Map<String, Tensor> tensors =
        Map.of("a", Tensors.ones(3, 2), "b", Tensors.bytes(new byte[5], 5), "c", Tensor.scalar(1));
    Safetensors.write(path(), tensors, Map.of("format", "pt"));
    byte[] good = Files.readAllBytes(path());
    int header = (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong();
    SplittableRandom random = new SplittableRandom(11);
    byte[] likely =
        "{}[]\",:0123456789eE.-\\ utf8F32I64shapedtype\u0000\u007f"
            .getBytes(StandardCharsets.ISO_8859_1);
    int read = 0;
    int rounds = 200 * Integer.getInteger("balboa.test.cases", 10);
    for (int i = 0; i < rounds; i++) {
      byte[] bad = good.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        int at = random.nextInt(8 + header);
        bad[at] =
            random.nextBoolean()
                ? likely[random.nextInt(likely.length)]
                : (byte) (bad[at] ^ 1 << random.nextInt(8));
      }
      if (random.nextInt(8) == 0) {
        bad = Arrays.copyOf(bad, random.nextInt(good.length + 8));
      }
      read += isRead(bad) ? 1 : 0;
    }
    assertThat(read).isBetween(1, rounds - 1);
  }

  private boolean isRead(byte[] content) throws IOException {
    try (var scope = Scope.open();
        SafetensorsFile file = Safetensors.open(file(content))) {
      long bytes = file.readAll().values().stream().mapToLong(t -> t.spec().byteSize()).sum();
      assertThat(bytes).isLessThan(content.length);
      assertThat(scope.isOpen()).isTrue();
      return true;
    } catch (SafetensorsException e) {
      assertThat(e).hasMessageContaining(path().toString());
      return false;
    }
  }
}
