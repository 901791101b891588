package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.op.Ctc;
import dev.balboa.nn.op.CtcBackward;
import dev.balboa.nn.op.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the sum over every path, and by hand. */
class CtcTest extends ReferenceFixture {
  private static final int CLASSES = 3;
  private static final int BLANK = 2;

  /** A path without repeats, then without blanks. */
  private static List<Integer> spelled(int[] path) {
    List<Integer> labels = new ArrayList<>();
    for (int t = 0; t < path.length; t++) {
      if (path[t] != BLANK && (t == 0 || path[t] != path[t - 1])) {
        labels.add(path[t]);
      }
    }
    return labels;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0",
    "3, 0 1",
    "4, 0 0",
    "5, 0 1 0",
    "5, 1 1 0",
    "5, 0 0 0",
    "2, 0 0",
    "6, 1",
    "4, ''"
  })
  void sumsOverAllPaths(int steps, String text) {
    int[] target =
        text.isEmpty()
            ? new int[0]
            : Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
    Value x = random(5, steps, 1, CLASSES);
    double[] logs = reals(x);
    double total = 0;
    double[] share = new double[logs.length];
    int paths = (int) Math.pow(CLASSES, steps);
    for (int i = 0; i < paths; i++) {
      int[] path = new int[steps];
      double p = 1;
      int rest = i;
      for (int t = 0; t < steps; t++) {
        path[t] = rest % CLASSES;
        rest /= CLASSES;
        p *= Math.exp(logs[t * CLASSES + path[t]]);
      }
      if (spelled(path).equals(Arrays.stream(target).boxed().toList())) {
        total += p;
        for (int t = 0; t < steps; t++) {
          share[t * CLASSES + path[t]] += p;
        }
      }
    }
    Ctc op = new Ctc(BLANK, true);
    Value targets = i32(shape(1, target.length), target);
    double[] loss = compute(op, x, targets, i32(steps), i32(target.length));
    double[] dx = compute(new CtcBackward(op), x, targets, i32(steps), i32(target.length), f64(2));
    assertThat(loss[0]).isCloseTo(total == 0 ? 0 : -Math.log(total), within(1e-13));
    for (int i = 0; i < dx.length; i++) {
      assertThat(dx[i]).isCloseTo(total == 0 ? 0 : -2 * share[i] / total, within(1e-13));
    }
  }

  @Test
  void lossOfWhatCannotBeSpelled() {
    Value x = random(1, 2, 1, CLASSES);
    Value target = i32(shape(1, 2), 0, 0);
    Ctc op = new Ctc(BLANK, false);
    assertThat(compute(op, x, target, i32(2), i32(2))).containsExactly(Double.POSITIVE_INFINITY);
    assertThat(compute(new CtcBackward(op), x, target, i32(2), i32(2), f64(1)))
        .containsOnly(Double.NaN);
    assertThat(compute(op, x, target, i32(0), i32(0))).containsExactly(0);
    assertThat(compute(op, x, target, i32(0), i32(1))).containsExactly(Double.POSITIVE_INFINITY);
  }

  @Test
  void badDataIsNamed() {
    Value x = random(1, 2, 1, CLASSES);
    Ctc op = new Ctc(BLANK, false);
    Value target = i32(shape(1, 2), 0, 3);
    assertThatThrownBy(() -> run(op, x, target, i32(2), i32(2)))
        .hasMessage("ctc: label 3 at row 1 is outside [0, 3)");
    assertThatThrownBy(() -> run(op, x, i32(shape(1, 2), 0, 2), i32(2), i32(2)))
        .hasMessage("ctc: label 1 of sample 0 is the blank 2");
    assertThatThrownBy(() -> run(op, x, target, i32(3), i32(1)))
        .hasMessage("ctc: input length 3 of sample 0 is outside [0, 2]");
    assertThatThrownBy(() -> run(op, x, target, i32(2), i32(-1)))
        .hasMessage("ctc: target length -1 of sample 0 is outside [0, 2]");
    assertThat(compute(op, x, target, i32(2), i32(1))).hasSize(1);
  }
}
