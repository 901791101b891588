package dev.balboa.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.balboa.bench.probe.Line;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTest {
  private static final Task TASK = new Task.Sgemm(256, 256, 256);

  private final Results results = new Results();

  private void add(String contender, int round, double checksum, Double... micros) {
    results.add(new Sample(contender, TASK, round, List.of(micros), checksum, "so", Double.NaN));
    results.describe(contender, "what " + contender + " is");
  }

  @Test
  void timesAreSummarizedOverAllRounds() {
    add("native", 0, 1, 10.0, 30.0);
    add("native", 1, 1, 20.0);
    assertThat(results.micros("native", TASK)).contains(new Summary(20, 10, 30, 10, 3));
    assertThat(results.micros("c", TASK)).isEmpty();
  }

  @Test
  void ratiosPairTheRoundsThatBothTookPartIn() {
    add("native", 0, 1, 10.0);
    add("native", 1, 1, 20.0);
    add("native", 2, 1, 1000.0);
    add("pytorch", 0, 1, 20.0);
    add("pytorch", 1, 1, 60.0);
    assertThat(results.ratio("pytorch", TASK, "native", TASK))
        .contains(new Summary(2.5, 2, 3, 0.5, 2));
  }

  @Test
  void aDifferentChecksumIsAFailureAndAMissingOneIsNot() {
    add("native", 0, 100, 1.0);
    add("pytorch", 0, 100.01, 1.0);
    add("c", 0, Double.NaN, 1.0);
    assertThat(results.failures()).isEmpty();
    add("reference", 0, 101, 1.0);
    assertThat(results.failures()).singleElement().asString().contains("reference", "101");
  }

  @Test
  void reportAndJsonSayWhatWasMeasured() {
    add("native", 0, 1, 100.0);
    add("pytorch", 0, 1, 250.0);
    Machine machine =
        new Machine("A \"CPU\"", 2, "Linux", "Java", "abc", LocalDate.of(2026, 1, 2), 0.1);
    Options options = Options.parse();
    String report = new Report(machine, options, results).markdown();
    assertThat(report)
        .contains("A \"CPU\"", "`pytorch`: what pytorch is", "0.40 [0.40, 0.40]", "250 µs ± 0 %")
        .doesNotContain("not quiet");
    assertThat(Json.of(machine, options, results))
        .contains("\"A \\\"CPU\\\"\"", "\"micros\": [250.0]", "\"heapBytes\": null");
  }

  @Test
  void probesAreReportedBesideTheirLimit() {
    results.add(List.of(Line.parse("bridge.relu-16.overhead 13.5 ns 60.0")));
    results.add(List.of(Line.parse("bridge.relu-16.overhead 15.5 ns 60.0")));
    Machine machine = new Machine("CPU", 2, "Linux", "Java", "abc", LocalDate.of(2026, 1, 2), 0);
    assertThat(new Report(machine, Options.parse(), results).markdown())
        .contains("| bridge.relu-16.overhead | 14.50 ns | 13.50 ns | 15.50 ns | 60.00 ns |");
    assertThat(Json.of(machine, Options.parse(), results)).contains("\"rounds\": [13.5, 15.5]");
  }

  @Test
  void aLineOfAProbeReadsAsItIsPrinted() {
    Line line = new Line("alternation.cost", 1.25, "times", 1.1);
    assertThat(Line.parse(line.toString())).isEqualTo(line);
    assertThatIllegalArgumentException().isThrownBy(() -> Line.parse("a warning"));
  }

  @Test
  void aBusyMachineIsSaidToBe() {
    add("native", 0, 1, 100.0);
    Machine machine = new Machine("CPU", 2, "Linux", "Java", "abc", LocalDate.of(2026, 1, 2), 1.5);
    assertThat(new Report(machine, Options.parse(), results).markdown()).contains("not quiet");
  }

  @Test
  void durationsHaveThreeDigitsAndAUnit() {
    assertThat(Report.duration(0.034)).isEqualTo("34.0 ns");
    assertThat(Report.duration(1.234)).isEqualTo("1.23 µs");
    assertThat(Report.duration(45678)).isEqualTo("45.7 ms");
    assertThat(Report.duration(3.2e6)).isEqualTo("3.20 s");
  }
}
