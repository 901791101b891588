package dev.balboa.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SummaryTest {
  @Test
  void oddCount() {
    assertThat(Summary.of(5, 1, 3)).isEqualTo(new Summary(3, 1, 5, 2, 3));
  }

  @Test
  void evenCountTakesTheMeanOfTheTwoInTheMiddle() {
    assertThat(Summary.of(4, 1, 2, 10)).isEqualTo(new Summary(3, 1, 10, 1.5, 4));
  }

  @Test
  void nothing() {
    assertThatIllegalArgumentException().isThrownBy(() -> Summary.of());
  }
}
