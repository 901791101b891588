package dev.balboa.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfusionFigureTest {
  private static final List<String> LABELS = List.of("cat", "dog", "cow");
  private static final long[][] COUNTS = {{2999, 1, 0}, {25, 75, 0}, {0, 0, 0}};

  private static String svg(Figure figure) throws IOException {
    return new String(Svg.of(figure), StandardCharsets.UTF_8);
  }

  @Test
  void countsAndSharesAreWrittenIntoTheCells() throws IOException {
    assertThat(svg(ConfusionFigure.counts(COUNTS, LABELS)))
        .contains(">2,999<", ">75<", "cat", "dog", "cow", "true class", "predicted class")
        .contains("3,100 samples, 99.16 % right")
        .doesNotContain("NaN");
    assertThat(svg(ConfusionFigure.shares(COUNTS, LABELS)))
        .contains(">25.0<", ">75.0<", ">100.0<", "share of each true class, %")
        .doesNotContain("NaN");
  }

  @Test
  void manyClassesAreColoursOnly() throws IOException {
    long[][] counts = new long[40][40];
    counts[3][4] = 77_777;
    List<String> labels = Collections.nCopies(40, "x");
    assertThat(svg(ConfusionFigure.counts(counts, labels)).split("77,777", -1))
        .as("on the colour bar only")
        .hasSize(3);
  }

  @Test
  void refusesWhatIsNotAConfusionMatrix() {
    assertThatThrownBy(() -> ConfusionFigure.counts(COUNTS, List.of("a", "b")))
        .hasMessageContaining("[a, b], got rows of [3, 3, 3]");
    assertThatThrownBy(() -> ConfusionFigure.shares(new long[][] {{1, 2}}, List.of("a")))
        .hasMessageContaining("got rows of [2]");
    assertThatThrownBy(() -> ConfusionFigure.counts(new long[][] {{-1}}, List.of("a")))
        .hasMessageContaining("counts >= 0, got -1");
  }
}
