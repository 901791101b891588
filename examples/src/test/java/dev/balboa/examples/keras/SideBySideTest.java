package dev.balboa.examples.keras;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the guide shows is the code that runs here, and not longer than Keras's. */
class SideBySideTest {
  private static final Path GUIDE = Path.of("..", "docs", "guide", "keras-side-by-side.md");
  private static final Path SOURCES = Path.of("src/main/java/dev/balboa/examples/keras");

  @TempDir private Path directory;

  /** The lines between the marks, without their indentation. */
  private static String marked(String source) throws IOException {
    String all = Files.readString(SOURCES.resolve(source + ".java"));
    int begin = all.indexOf("// guide: begin\n") + "// guide: begin\n".length();
    String region = all.substring(begin, all.indexOf("    // guide: end"));
    return region.lines().map(line -> line.substring(4)).collect(Collectors.joining("\n"));
  }

  /** The blocks of one language below a heading. */
  private static List<String> blocks(String heading, String language) throws IOException {
    String guide = Files.readString(GUIDE);
    int begin = guide.indexOf("## " + heading + "\n");
    assertThat(begin).as(heading).isNotNegative();
    int end = guide.indexOf("\n## ", begin);
    String section = end < 0 ? guide.substring(begin) : guide.substring(begin, end);
    Matcher matcher =
        Pattern.compile("```" + language + "\n(.*?)\n```", Pattern.DOTALL).matcher(section);
    return matcher.results().map(r -> r.group(1)).toList();
  }

  @ParameterizedTest
  @CsvSource({"ImageModel, The convolutional network", "SequenceModel, The sequence model"})
  void theGuideShowsThisCode(String source, String heading) throws IOException {
    assertThat(blocks(heading, "java")).containsExactly(marked(source));
    List<String> keras = blocks(heading, "python");
    assertThat(keras).hasSize(1);
    long lines = keras.get(0).lines().filter(line -> !line.isBlank()).count();
    assertThat(marked(source).lines().count()).isLessThanOrEqualTo(lines);
    assertThat(keras.get(0).lines()).allMatch(line -> line.length() <= 96);
  }

  /** Samples that differ in nothing but a number. */
  private record Few(Shape input, Shape label) implements Dataset {
    @Override
    public int size() {
      return 8;
    }

    @Override
    public TensorSpec inputSpec() {
      return new TensorSpec(input, DType.F32);
    }

    @Override
    public TensorSpec labelSpec() {
      return new TensorSpec(label, DType.I32);
    }

    @Override
    public void read(int index, MemorySegment x, MemorySegment y) {
      x.fill((byte) 0);
      x.setAtIndex(ValueLayout.JAVA_FLOAT, index, 1);
      for (long i = 0; i < label.size(); i++) {
        y.setAtIndex(ValueLayout.JAVA_INT, i, index % 2);
      }
    }
  }

  @Test
  void bothTrain() throws IOException {
    Dataset pictures = new Few(Shape.of(1, 28, 28), Shape.of());
    Path file = directory.resolve("image");
    try (Sequential model = ImageModel.train(pictures, pictures, 1, file)) {
      assertThat(model.outputSpec().shape()).isEqualTo(Shape.of(1, 10));
    }
    Dataset sums = new Few(Shape.of(7, 11), Shape.of(4));
    try (Sequential model = SequenceModel.train(sums, sums, 1, directory.resolve("sequence"))) {
      assertThat(model.outputSpec().shape()).isEqualTo(Shape.of(1, 4, 10));
    }
    assertThat(directory).isDirectoryContaining(path -> path.endsWith("image"));
    assertThat(directory).isDirectoryContaining(path -> path.endsWith("sequence"));
  }
}
