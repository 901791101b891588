package dev.balboa.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BaselineMeasurerTest {
  @Test
  void readsTimesAndLeavesOutRatesAndOtherText() {
    assertThat(
            BaselineMeasurer.parse(
                List.of("sgemm.1x1x1 34.5 ns", "sgemm.1x1x1.rate 12 GFLOP/s", "some other text")))
        .isEqualTo(Map.of("sgemm.1x1x1", 34.5));
  }
}
