package dev.balboa.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.TestExecution;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
  @RegisterExtension private final TestExecution context = new TestExecution();
  @TempDir private Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("table.csv"), text);
  }

  private CsvTable table(String text) throws IOException {
    return CsvTable.read(file(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n"})
  void readsWhatTheStandardSays(String end) throws IOException {
    CsvTable table =
        table(
            String.join(
                end, "\uFEFFname,\"say \"\"what\"\"\"", "a,\"1,5\"", "\"b" + end + "c\",", ""));
    assertThat(table.columns()).containsExactly("name", "say \"what\"");
    assertThat(table.size()).isEqualTo(2);
    assertThat(table.text(0, "say \"what\"")).isEqualTo("1,5");
    assertThat(table.text(1, "name")).isEqualTo("b" + end + "c");
    assertThat(table.text(1, "say \"what\"")).isEmpty();
    assertThat(table("x\n1").size()).as("no line end at the end").isEqualTo(1);
    assertThat(table("x\n\"\"\n").text(0, "x")).isEmpty();
    assertThat(table("x,y\n").size()).isZero();
    CsvFormat format = CsvFormat.DEFAULT.separatedBy(';').withColumns("x", "y");
    CsvTable bare = CsvTable.read(file("1;é\n"), format);
    assertThat(bare.text(0, "y")).isEqualTo("é");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|line 1: expected the names of the columns, got an empty file",
        "'a,a\n'|line 1: expected columns with names that differ",
        "'a,\n'|line 1: expected columns with names that differ and are not empty",
        "'a,b\n1\n'|line 2: expected 2 fields, got 1",
        "'a,b\n1,2\n1,2,3\n'|line 3: expected 2 fields, got 3",
        "'a,b\n1,2\n\n'|line 3: expected 2 fields, got 1",
        "'a\n1\"2\n'|line 2: expected a field with a quote in it to be in quotes",
        "'a\n\"1\"2\n'|line 2: expected a separator or the end of the line after a closing quote",
        "'a\n\"1\n\n\n'|line 2: the quote that opens a field is never closed",
        "'a\n1\r2\n'|line 2: expected a line feed after a carriage return",
        "'a,b\n\"x\ny\",1\n2\n'|line 4: expected 2 fields, got 1",
      })
  void refusesWhatTheStandardDoesNot(String text, String message) throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> CsvTable.read(file))
        .isInstanceOf(CsvException.class)
        .hasMessageContainingAll(file.toString(), message);
  }

  @Test
  void refusesHostileFiles() throws IOException {
    Path latin = directory.resolve("latin.csv");
    Files.write(latin, "a\nok\nM\u00fcller\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> CsvTable.read(latin)).hasMessageContaining("expected UTF-8");
    Path huge = file("a\n\"" + "x".repeat(CsvParser.LONGEST_FIELD + 1));
    assertThatThrownBy(() -> CsvTable.read(huge))
        .hasMessageContaining("at most 1048576 characters");
    Path binary = Files.write(directory.resolve("binary.csv"), new byte[] {0, 1, 2, '\n', 3, '\n'});
    assertThat(CsvTable.read(binary).size()).as("text, if strange").isEqualTo(1);
    assertThatThrownBy(() -> CsvFormat.DEFAULT.separatedBy('"')).hasMessageContaining("34");
  }

  private static final String FLOWERS =
      """
      width,height,colour,place,kind
      1.5,10,red,b,rose
      2.5,,blue,a,lily
      3.5,30,,b,rose
      """;

  private static float[] inputs(Dataset dataset) {
    try (Epoch epoch = new DataLoader(dataset, 9).prefetch(0).epoch(0)) {
      return epoch.next().x().toFloats();
    }
  }

  @Test
  void columnsBecomeNumbersAndClasses() throws IOException {
    CsvTable training = table(FLOWERS);
    TableEncoder encoder =
        new TableSchema()
            .number("width")
            .numberOrMean("height")
            .oneHot("colour")
            .index("place")
            .labelClass("kind")
            .fit(training);
    assertThat(encoder.inputs())
        .containsExactly("width", "height", "colour=blue", "colour=red", "place");
    assertThat(encoder.classes()).containsExactly("lily", "rose");
    Dataset data = encoder.encode(training);
    assertThat(data.labelSpec()).hasToString("I32[]");
    assertThat(inputs(data))
        .containsExactly(1.5f, 10, 0, 1, 1, 2.5f, 20, 1, 0, 0, 3.5f, 30, 0, 0, 1);
    assertThat(Numbers.labels(data)).containsExactly(1, 0, 1);
    Dataset other = encoder.encode(table("kind,place,colour,height,width\nlily,a,red,-1e1,.5\n"));
    assertThat(inputs(other)).containsExactly(0.5f, -10, 0, 1, 0);
  }

  @Test
  void numbersAreStandardizedByTheTrainingTable() throws IOException {
    CsvTable training = table("x,same,y\n1,5,10\n3,5,20\n");
    TableEncoder encoder =
        new TableSchema()
            .number("x")
            .number("same", 0)
            .labelNumber("y")
            .standardized()
            .fit(training);
    assertThat(encoder.classes()).isEmpty();
    assertThat(inputs(encoder.encode(training))).containsExactly(-1, 0, 1, 0);
    Dataset test = encoder.encode(table("x,same,y\n5,,-7.5\n"));
    assertThat(inputs(test)).containsExactly(3, -5);
    assertThat(test.labelSpec()).hasToString("F32[1]");
    try (Epoch epoch = new DataLoader(test, 1).prefetch(0).epoch(0)) {
      assertThat(epoch.next().y().toFloats()).containsExactly(-7.5f);
    }
  }

  @Test
  void namesFieldsThatAreNotWhatTheyShouldBe() throws IOException {
    CsvTable training = table(FLOWERS);
    assertThatThrownBy(() -> schema().number("height").fit(training))
        .hasMessageContaining("line 3: column 'height': expected a decimal number, got ''");
    assertThatThrownBy(() -> schema().number("colour").fit(training))
        .hasMessageContaining("line 2: column 'colour': expected a decimal number, got 'red'");
    assertThatThrownBy(() -> schema().number("size").fit(training))
        .hasMessageContaining("[width, height, colour, place, kind], got 'size'");
    TableEncoder encoder = schema().oneHot("place").fit(training);
    CsvTable unknown = table("place,kind\na,rose\nc,rose\n");
    assertThatThrownBy(() -> encoder.encode(unknown))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("line 3: column 'place'")
        .hasMessageContaining("expected one of the categories [a, b], got 'c'");
    CsvTable unlabelled = table("place,kind\na,\n");
    assertThatThrownBy(() -> encoder.encode(unlabelled))
        .hasMessageContaining("column 'kind': expected a category, got nothing");
    for (String number : List.of("NaN", "Infinity", "1e39", "0x1", "1f", "1 2", "--1", "1e99999")) {
      CsvTable table = table("x,kind\n" + number + ",a\n");
      assertThatThrownBy(() -> schema().number("x").fit(table)).hasMessageContaining(number);
    }
    assertThatThrownBy(() -> new TableSchema().number("x").fit(training))
        .hasMessageContaining("the label");
    CsvTable marked =
        CsvTable.read(file("x,kind\n?,a\nNA,b\n7,a\n"), CsvFormat.DEFAULT.withMissing("?", "NA"));
    assertThat(inputs(schema().number("x", -1).fit(marked).encode(marked)))
        .containsExactly(-1, -1, 7);
  }

  private static TableSchema schema() {
    return new TableSchema().labelClass("kind");
  }
}
