package dev.balboa.nn.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SizeClassesTest {
  @Test
  void capacitiesAscendInMultiplesOf64() {
    long previous = 0;
    for (int i = 0; i < SizeClasses.COUNT; i++) {
      long capacity = SizeClasses.capacity(i);
      assertThat(capacity).isGreaterThan(previous);
      assertThat(capacity % SizeClasses.MIN_CAPACITY).isZero();
      previous = capacity;
    }
    assertThat(SizeClasses.capacity(SizeClasses.SMALL_COUNT - 1)).isEqualTo(SizeClasses.MAX_SMALL);
    assertThat(previous).isEqualTo(SizeClasses.MAX_CAPACITY);
  }

  @Test
  void everyCapacityIsItsOwnClassAndOneByteMoreIsTheNext() {
    for (int i = 0; i < SizeClasses.COUNT; i++) {
      assertThat(SizeClasses.indexOf(SizeClasses.capacity(i))).isEqualTo(i);
      if (i + 1 < SizeClasses.COUNT) {
        assertThat(SizeClasses.indexOf(SizeClasses.capacity(i) + 1)).isEqualTo(i + 1);
      }
    }
    assertThat(SizeClasses.indexOf(0)).isZero();
  }

  @Test
  void wastesAtMostAQuarterBelowAndAnEighthAboveOneMebibyte() {
    for (long bytes = 257; bytes < 1L << 40; bytes += 1 + bytes / 37) {
      long capacity = SizeClasses.capacity(SizeClasses.indexOf(bytes));
      assertThat(capacity).isGreaterThanOrEqualTo(bytes);
      double most = bytes <= SizeClasses.MAX_SMALL ? 1.25 : 1.125;
      assertThat((double) capacity / bytes).as("%d bytes", bytes).isLessThanOrEqualTo(most);
    }
  }
}
