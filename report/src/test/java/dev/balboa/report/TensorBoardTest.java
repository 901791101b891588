package dev.balboa.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.UnknownFieldSet;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import dev.balboa.nn.train.EpochReport;
import dev.balboa.nn.train.Evaluation;
import dev.balboa.nn.train.StepReport;
import dev.balboa.nn.train.TrainingPlan;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads event files back with nothing of the writer: the framing by hand, with a CRC-32C computed
 * bit by bit, the messages with protobuf's own parser.
 */
class TensorBoardTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000, 250_000_000));

  @TempDir Path directory;

  /** CRC-32C (Castagnoli), reflected polynomial 0x82f63b78, bit by bit. */
  private static int crc32c(byte[] bytes) {
    int crc = ~0;
    for (byte b : bytes) {
      crc ^= b & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc >>> 1) ^ ((crc & 1) == 1 ? 0x82f63b78 : 0);
      }
    }
    return ~crc;
  }

  private static int unmask(int masked) {
    int rotated = masked - 0xa282ead8;
    return (rotated >>> 17) | (rotated << 15);
  }

  /** The messages of a file, after its checksums. */
  private static List<UnknownFieldSet> read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<UnknownFieldSet> events = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = new byte[8];
      in.get(length);
      assertThat(unmask(in.getInt())).isEqualTo(crc32c(length));
      byte[] data =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      in.get(data);
      assertThat(unmask(in.getInt())).isEqualTo(crc32c(data));
      events.add(UnknownFieldSet.parseFrom(data));
    }
    return events;
  }

  private static UnknownFieldSet message(UnknownFieldSet of, int field) throws IOException {
    return UnknownFieldSet.parseFrom(of.getField(field).getLengthDelimitedList().getFirst());
  }

  private static String string(UnknownFieldSet of, int field) {
    return of.getField(field).getLengthDelimitedList().getFirst().toStringUtf8();
  }

  private static double real(UnknownFieldSet of, int field) {
    return Double.longBitsToDouble(of.getField(field).getFixed64List().getFirst());
  }

  private static long step(UnknownFieldSet event) {
    return event.getField(2).getVarintList().getFirst();
  }

  private static double[] packed(UnknownFieldSet of, int field) {
    ByteBuffer bytes =
        of.getField(field)
            .getLengthDelimitedList()
            .getFirst()
            .asReadOnlyByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN);
    return IntStream.range(0, bytes.remaining() / 8)
        .mapToDouble(i -> bytes.getDouble(8 * i))
        .toArray();
  }

  private static UnknownFieldSet value(UnknownFieldSet event) throws IOException {
    return message(message(event, 5), 1);
  }

  private static float scalar(UnknownFieldSet event) throws IOException {
    return Float.intBitsToFloat(value(event).getField(2).getFixed32List().getFirst());
  }

  /** The examples of RFC 3720, appendix B.4. */
  @Test
  void theChecksumIsCastagnolis() {
    byte[] zeros = new byte[32];
    assertThat(crc32c(zeros)).isEqualTo(0x8a9136aa);
    assertThat(unmask(EventFile.maskedCrc(zeros, 0, 32))).isEqualTo(0x8a9136aa);
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    assertThat(unmask(EventFile.maskedCrc(digits, 0, 9))).isEqualTo(0xe3069283);
  }

  @Test
  void scalarsAndTextAreWhatWasWritten() throws IOException {
    Path file;
    try (TensorBoardWriter board = TensorBoardWriter.open(directory, CLOCK)) {
      file = board.file();
      board.scalar("train/loss", 3, 0.25);
      board.text("model", 0, "# Übersicht");
      board.resumedAt(7);
    }
    assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.1700000000.");
    List<UnknownFieldSet> events = read(file);
    assertThat(events).hasSize(4);
    assertThat(string(events.get(0), 3)).isEqualTo("brain.Event:2");
    assertThat(real(events.get(0), 1)).isEqualTo(1_700_000_000.25);
    assertThat(step(events.get(1))).isEqualTo(3);
    assertThat(string(value(events.get(1)), 1)).isEqualTo("train/loss");
    assertThat(scalar(events.get(1))).isEqualTo(0.25f);
    UnknownFieldSet text = value(events.get(2));
    UnknownFieldSet metadata = message(text, 9);
    assertThat(string(message(metadata, 1), 1)).isEqualTo("text");
    assertThat(metadata.getField(4).getVarintList()).containsExactly(2L);
    UnknownFieldSet tensor = message(text, 8);
    assertThat(tensor.getField(1).getVarintList()).as("DT_STRING").containsExactly(7L);
    assertThat(message(message(tensor, 2), 2).getField(1).getVarintList()).containsExactly(1L);
    assertThat(string(tensor, 8)).isEqualTo("# Übersicht");
    assertThat(step(events.get(3))).isEqualTo(7);
    assertThat(message(events.get(3), 7).getField(1).getVarintList()).containsExactly(1L);
  }

  @Test
  void picturesArePngs() throws IOException {
    BufferedImage image = new BufferedImage(5, 3, BufferedImage.TYPE_INT_RGB);
    image.setRGB(4, 2, 0x123456);
    Path file;
    try (TensorBoardWriter board = TensorBoardWriter.open(directory)) {
      file = board.file();
      board.image("picture", 1, image);
    }
    UnknownFieldSet stored = message(value(read(file).get(1)), 4);
    assertThat(stored.getField(1).getVarintList()).as("height").containsExactly(3L);
    assertThat(stored.getField(2).getVarintList()).as("width").containsExactly(5L);
    byte[] png = stored.getField(4).getLengthDelimitedList().getFirst().toByteArray();
    assertThat(ImageIO.read(new ByteArrayInputStream(png)).getRGB(4, 2)).isEqualTo(0xff123456);
  }

  @Test
  void histogramsCountEveryFiniteNumberOnce() throws IOException {
    Path file;
    try (var _ = Execution.on(Executors.reference());
        var _ = Scope.open();
        TensorBoardWriter board = TensorBoardWriter.open(directory)) {
      file = board.file();
      float[] x = {-2, -1e-13f, 0, 0, 1, 1.05f, 3e30f, Float.NaN, Float.NEGATIVE_INFINITY};
      board.histogram("weights", 2, Tensor.of(x, 3, 3));
      board.histogram("nothing", 2, Tensors.zeros(0));
      assertThatThrownBy(() -> board.histogram("labels", 2, Tensors.labels(1)))
          .hasMessage("TensorBoard: expected a floating-point tensor for a histogram, got I32[1]");
      assertThatThrownBy(() -> board.scalar("", 1, 1)).hasMessageContaining("expected a tag");
      assertThatThrownBy(() -> board.scalar("a", -1, 1)).hasMessageContaining("step >= 0");
    }
    List<UnknownFieldSet> events = read(file);
    assertThat(events).as("refused records leave no trace").hasSize(3);
    UnknownFieldSet histogram = message(value(events.get(1)), 5);
    assertThat(real(histogram, 1)).isEqualTo(-2);
    assertThat(real(histogram, 2)).isEqualTo(3e30f);
    assertThat(real(histogram, 3)).isEqualTo(7);
    double[] limits = packed(histogram, 6);
    double[] counts = packed(histogram, 7);
    assertThat(limits).hasSameSizeAs(counts).isSorted();
    assertThat(IntStream.range(0, counts.length).mapToDouble(i -> counts[i]).sum()).isEqualTo(7);
    for (double number : new double[] {-2, 0, 1, 1.05, 3e30}) {
      int bucket =
          IntStream.range(0, limits.length)
              .filter(i -> number < limits[i])
              .findFirst()
              .orElseThrow();
      assertThat(counts[bucket]).as("bucket of " + number).isPositive();
    }
    assertThat(real(message(value(events.get(2)), 5), 3)).isZero();
  }

  @Test
  void theListenerWritesARun() throws IOException {
    try (var _ = Execution.on(Executors.reference());
        var _ = Scope.open();
        Sequential model = Sequential.of(Shape.of(2), new Dense(1)).build(1);
        Optimizer sgd = new Sgd(model.parameters(), 0.1);
        TensorBoardListener board = new TensorBoardListener(directory, model).every(2)) {
      model.forward(Tensors.ones(1, 2)).sum().backward();
      board.onStart(new TrainingPlan(0, 0, 0, 1, 3, 24));
      for (int step = 0; step < 3; step++) {
        board.onStep(new StepReport(0, step, step, 8, 0.5, 0.5, 0.1, step == 2 ? 3 : Double.NaN));
      }
      Evaluation training = new Evaluation(0.5, Map.of("accuracy", 0.75), 24, 2);
      Evaluation validation = new Evaluation(0.625, Map.of("accuracy", 0.5), 8, 1);
      board.onEpoch(new EpochReport(0, 3, 0.1, training, Optional.of(validation)));
      sgd.zeroGrad();
      assertThatThrownBy(() -> board.every(0)).hasMessageContaining("steps >= 1");
    }
    List<String> tags = new ArrayList<>();
    for (UnknownFieldSet event : events("train")) {
      tags.add(string(value(event), 1) + "@" + step(event));
    }
    assertThat(tags)
        .containsExactly(
            "model@0",
            "plan@0",
            "step/loss@0",
            "step/learning_rate@0",
            "step/loss@2",
            "step/learning_rate@2",
            "step/gradient_norm@2",
            "parameters/0.weight@2",
            "gradients/0.weight@2",
            "parameters/0.bias@2",
            "gradients/0.bias@2",
            "epoch/loss@2",
            "epoch/accuracy@2",
            "epoch/samples_per_second@2");
    assertThat(string(message(value(events("train").getFirst()), 8), 8))
        .contains("    Layer (type)", "0 (Dense)");
    Map<String, Float> validation = new TreeMap<>();
    for (UnknownFieldSet event : events("validation")) {
      validation.put(string(value(event), 1), scalar(event));
    }
    assertThat(validation)
        .containsExactly(entry("epoch/accuracy", 0.5f), entry("epoch/loss", 0.625f));
    assertThat(scalar(events("train").get(6))).isCloseTo(3, within(0f));
  }

  /** The events of the only file of a run after its version. */
  private List<UnknownFieldSet> events(String run) throws IOException {
    try (var files = Files.list(directory.resolve(run))) {
      List<UnknownFieldSet> all = read(files.toList().getFirst());
      return all.subList(1, all.size());
    }
  }

  @Test
  void aRunThatGoesOnSaysFromWhere() throws IOException {
    try (var _ = Execution.on(Executors.reference());
        var _ = Scope.open();
        Sequential model = Sequential.of(Shape.of(2), new Dense(1)).build(1);
        TensorBoardListener board = new TensorBoardListener(directory, model).withoutHistograms()) {
      board.onStart(new TrainingPlan(1, 2, 5, 4, 3, 24));
      board.onStep(new StepReport(1, 2, 5, 8, 0.5, 0.5, 0.1, Double.NaN));
      board.writer().scalar("mine", 5, 1);
    }
    List<UnknownFieldSet> train = events("train");
    assertThat(step(train.getFirst())).isEqualTo(5);
    assertThat(train.getFirst().hasField(7)).isTrue();
    assertThat(string(value(train.getLast()), 1)).isEqualTo("mine");
    assertThat(events("validation")).hasSize(1);
  }
}
