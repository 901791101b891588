package dev.balboa.nn.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @RegisterExtension private final TestExecution context = new TestExecution();
  @TempDir private Path directory;

  private Path path() {
    return directory.resolve("model.safetensors");
  }

  private static Map<String, Tensor> everyType() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("bytes", Tensors.bytes(new byte[] {0, 127, -1}, 3));
    tensors.put("flags", Tensors.bytes(new byte[] {0, 1}, 2).cast(DType.BOOL));
    tensors.put("f32", Tensor.of(new float[] {1.5f, Float.NaN, -0.0f, 1.4E-45f}, 2, 2));
    tensors.put("f64", Tensor.of(new double[] {Math.PI, Double.NEGATIVE_INFINITY}));
    tensors.put("i32", Tensor.of(new int[] {Integer.MIN_VALUE, 7}, 1, 2, 1));
    tensors.put("i64", Tensor.of(new long[] {Long.MIN_VALUE, -1, 3}, Shape.of(3)));
    tensors.put("scalar", Tensor.scalar(3));
    tensors.put("empty", Tensors.zeros(0, 5));
    tensors.put("naïve \"名\" 😀\n\\", Tensor.scalar(4));
    return tensors;
  }

  @Test
  void roundTripsEveryType() throws IOException {
    Map<String, Tensor> tensors = everyType();
    Map<String, String> metadata = Map.of("format", "pt", "ключ", "value \u0001 \"quoted\"");
    Safetensors.write(path(), tensors, metadata);
    try (SafetensorsFile file = Safetensors.open(path())) {
      assertThat(file.metadata()).isEqualTo(metadata);
      assertThat(file.specs().keySet()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
      Map<String, Tensor> read = file.readAll();
      tensors.forEach((name, tensor) -> {
        assertThat(file.specs()).containsEntry(name, tensor.spec());
        assertThat(read.get(name).spec()).isEqualTo(tensor.spec());
      });
      assertThat(read.get("f32").toFloats()).containsExactly(1.5f, Float.NaN, -0.0f, 1.4E-45f);
      assertThat(read.get("f64").toDoubles()).containsExactly(Math.PI, Double.NEGATIVE_INFINITY);
      assertThat(read.get("i32").toInts()).containsExactly(Integer.MIN_VALUE, 7);
      assertThat(read.get("bytes").toBytes()).containsExactly(0, 127, -1);
      assertThat(read.get("flags").toBytes()).containsExactly(0, 1);
      assertThat(file.data("i64").toArray(ValueLayout.JAVA_LONG_UNALIGNED))
          .containsExactly(Long.MIN_VALUE, -1, 3);
      assertThat(read.get("scalar").item()).isEqualTo(3);
      assertThat(read.get("empty").spec()).hasToString("F32[0, 5]");
      assertThat(file.toString()).contains("9 tensors");
    }
  }

  @Test
  void alignsElementsAndIsDeterministic() throws IOException {
    Safetensors.write(path(), everyType(), Map.of("a", "b"));
    byte[] first = Files.readAllBytes(path());
    Safetensors.write(path(), everyType(), Map.of("a", "b"));
    assertThat(Files.readAllBytes(path())).isEqualTo(first);
    try (SafetensorsFile file = Safetensors.open(path())) {
      file.specs()
          .forEach((name, spec) ->
              assertThat(file.data(name).address() % spec.dtype().bytes()).as(name).isZero());
    }
  }

  @Test
  void writesTheseBytes() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("b", Tensors.bytes(new byte[] {5, 6, 7}, 3));
    tensors.put("w", Tensor.of(new float[] {1, -2}, 1, 2));
    Safetensors.write(path(), tensors, Map.of("k", "v"));
    String header =
        "{\"__metadata__\":{\"k\":\"v\"},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]}}  ";
    assertThat(header.length() % 8).isZero();
    byte[] expected = new byte[8 + header.length() + 11];
    expected[0] = (byte) header.length();
    System.arraycopy(header.getBytes(StandardCharsets.US_ASCII), 0, expected, 8, header.length());
    byte[] data = {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0xc0, 5, 6, 7};
    System.arraycopy(data, 0, expected, 8 + header.length(), data.length);
    assertThat(Files.readAllBytes(path())).isEqualTo(expected);
  }

  @Test
  void storesViewsAndTensorsWithHistoryDensely() throws IOException {
    Tensor base = Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, 2, 3);
    Tensor leaf = base.withGrad();
    Safetensors.write(
        path(),
        Map.of("t", base.transpose(0, 1), "s", base.slice(0, 1, 2), "g", leaf.mul(2)),
        Map.of());
    try (SafetensorsFile file = Safetensors.open(path())) {
      assertThat(file.metadata()).isEmpty();
      assertThat(file.read("t").toFloats()).containsExactly(0, 3, 1, 4, 2, 5);
      assertThat(file.read("s").toFloats()).containsExactly(3, 4, 5);
      assertThat(file.read("g").toFloats()).containsExactly(0, 2, 4, 6, 8, 10);
    }
  }

  @Test
  void replacesAFileThatIsOpenAndLeavesNothingBehind() throws IOException {
    Safetensors.write(path(), Map.of("x", Tensor.scalar(1)), Map.of());
    try (SafetensorsFile old = Safetensors.open(path())) {
      Safetensors.write(path(), Map.of("x", Tensor.scalar(2)), Map.of());
      assertThat(old.read("x").item()).isEqualTo(1);
      try (SafetensorsFile file = Safetensors.open(path())) {
        assertThat(file.read("x").item()).isEqualTo(2);
      }
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(path());
    }
  }

  @Test
  void aFailedWriteLeavesTheOldFile() throws IOException {
    Safetensors.write(path(), Map.of("x", Tensor.scalar(1)), Map.of());
    Tensor closed = Tensor.scalar(2);
    closed.close();
    assertThatThrownBy(() -> Safetensors.write(path(), Map.of("x", closed), Map.of()))
        .isInstanceOf(IllegalStateException.class);
    try (SafetensorsFile file = Safetensors.open(path());
        Stream<Path> files = Files.list(directory)) {
      assertThat(file.read("x").item()).isEqualTo(1);
      assertThat(files).containsExactly(path());
    }
    assertThatThrownBy(() -> Safetensors.write(directory, Map.of(), Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a directory");
    assertThatThrownBy(() -> Safetensors.write(directory.resolve("none/x"), Map.of(), Map.of()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void refusesNamesThatCannotBeStored() {
    Tensor x = Tensor.scalar(1);
    assertThatThrownBy(() -> Safetensors.write(path(), Map.of("__metadata__", x), Map.of()))
        .hasMessageContaining("other than __metadata__");
    assertThatThrownBy(() -> Safetensors.write(path(), Map.of("\ud800", x), Map.of()))
        .hasMessageContaining("unpaired surrogates");
  }

  @Test
  void anEmptyFileOfNoTensors() throws IOException {
    Safetensors.write(path(), Map.of(), Map.of());
    assertThat(Files.readAllBytes(path()))
        .isEqualTo("\b\0\0\0\0\0\0\0{}      ".getBytes(StandardCharsets.US_ASCII));
    try (SafetensorsFile file = Safetensors.open(path())) {
      assertThat(file.readAll()).isEmpty();
    }
  }

  @Test
  void misuseIsToldByName() throws IOException {
    Safetensors.write(path(), Map.of("x", Tensor.scalar(1)), Map.of());
    SafetensorsFile file = Safetensors.open(path());
    assertThatThrownBy(() -> file.read("y"))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessageContaining("no tensor 'y' among [x]");
    MemorySegment x = file.data("x");
    assertThat(x.isReadOnly()).isTrue();
    file.close();
    file.close();
    assertThatThrownBy(() -> x.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> file.read("x")).isInstanceOf(IllegalStateException.class);
  }
}
