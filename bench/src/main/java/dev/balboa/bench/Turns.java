package dev.balboa.bench;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Ways to do the same, measured in turns: a disturbance of the machine does not hit one alone. */
final class Turns {
  private Turns() {}

  /**
   * Measures each mode once a round and prints a line for each.
   *
   * @param format of the mode's name, the median and the quartiles
   */
  static <M extends Enum<M>> void print(
      Class<M> modes, int rounds, ToDoubleFunction<M> time, String format) {
    Map<M, double[]> times = new EnumMap<>(modes);
    for (int round = 0; round < rounds; round++) {
      for (M mode : modes.getEnumConstants()) {
        times.computeIfAbsent(mode, _ -> new double[rounds])[round] = time.applyAsDouble(mode);
      }
    }
    times.forEach((mode, sorted) -> {
      Arrays.sort(sorted);
      System.out.printf(
          Locale.ROOT,
          format,
          mode.name().toLowerCase(Locale.ROOT),
          sorted[rounds / 2],
          sorted[rounds / 4],
          sorted[rounds - 1 - rounds / 4]);
    });
  }
}
