package dev.balboa.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.exec.Executors;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** ONNX's test cases as an independent witness of what both backends compute. */
final class OnnxConformanceTest {
  /** How many cases the package has. */
  private static final int CASES = 1072;

  /** How many passed when this was last changed; to be raised with every new operation. */
  private static final int PASSES = 910;

  private final Mapping.Table mappings = Mapping.Table.complete();
  private final GraphRun reference = new GraphRun(mappings, Executors.reference());
  private final GraphRun nativeBackend = new GraphRun(mappings, Executors.nativeExecutor());

  @Test
  void bothBackendsGiveWhatOnnxExpects() throws IOException {
    ConformanceReport report = new ConformanceReport();
    for (TestCase c : TestCase.all(OnnxData.fetch())) {
      report.add(c, judge(c));
    }
    System.out.println("ONNX: " + report.summary());
    if (Boolean.getBoolean("balboa.docs")) {
      report.write(Path.of("..", "docs", "onnx-conformance.md"));
    }
    assertThat(report.failures()).isEmpty();
    assertThat(report.count(Verdict.class)).as("cases").isEqualTo(CASES);
    assertThat(report.count(Verdict.Passed.class)).as("passes").isGreaterThanOrEqualTo(PASSES);
  }

  private Verdict judge(TestCase c) throws IOException {
    try {
      String refusal = "";
      for (TestCase.Example example : c.examples()) {
        reference.check(c.model(), example, c.relative());
        try {
          nativeBackend.check(c.model(), example, c.relative());
        } catch (UnsupportedOperationException e) {
          refusal = e.getMessage();
        }
      }
      return refusal.isEmpty() ? new Verdict.Passed() : new Verdict.OnReferenceOnly(refusal);
    } catch (NotCovered e) {
      return new Verdict.Uncovered(e.getMessage());
    } catch (AssertionError | RuntimeException e) {
      return new Verdict.Failed(e.toString());
    }
  }
}
