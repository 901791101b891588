package dev.balboa.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateTest {
  private static void check(LearningRate schedule, long step, double expected) {
    assertThat(schedule.at(step)).as("step " + step).isCloseTo(expected, within(1e-12));
  }

  @Test
  void constantAndDecay() {
    check(LearningRate.constant(0.3), 1000, 0.3);
    LearningRate steps = LearningRate.stepDecay(1, 0.1, 10);
    check(steps, 9, 1);
    check(steps, 10, 0.1);
    check(steps, 25, 0.01);
    check(LearningRate.exponential(2, 0.5), 3, 0.25);
    LearningRate line = LearningRate.linear(1, 0, 4);
    check(line, 1, 0.75);
    check(line, 9, 0);
  }

  @Test
  void cosineFallsFromHighToLow() {
    LearningRate cosine = LearningRate.cosine(1, 0.2, 100);
    check(cosine, 0, 1);
    check(cosine, 50, 0.6);
    check(cosine, 25, 0.6 + 0.4 * Math.cos(Math.PI / 4));
    check(cosine, 100, 0.2);
    check(cosine, 150, 0.2);
  }

  @Test
  void warmUpRisesToTheWholeRate() {
    LearningRate warm = LearningRate.constant(0.8).warmUp(4);
    check(warm, 0, 0.2);
    check(warm, 2, 0.6);
    check(warm, 3, 0.8);
    check(warm, 9, 0.8);
  }

  @Test
  void schedulesFollowEachOther() {
    LearningRate both = LearningRate.constant(1).then(5, LearningRate.exponential(0.5, 0.5));
    check(both, 4, 1);
    check(both, 5, 0.5);
    check(both, 6, 0.25);
  }

  /** torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=10): peak at step 2. */
  @Test
  void oneCycle() {
    LearningRate cycle = LearningRate.oneCycle(1, 10);
    check(cycle, 0, 0.04);
    check(cycle, 1, 0.52);
    check(cycle, 2, 1);
    double end = 0.04 / 1e4;
    check(cycle, 3, end + (1 - end) / 2 * (1 + Math.cos(Math.PI / 7)));
    check(cycle, 9, end);
    check(cycle, 20, end);
  }

  @Test
  void lengthsMustBePositive() {
    assertThatThrownBy(() -> LearningRate.cosine(1, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("learning rate: expected steps >= 1, got 0");
    assertThatThrownBy(() -> LearningRate.oneCycle(1, 1)).hasMessageContaining("steps >= 2");
    assertThatThrownBy(() -> LearningRate.stepDecay(1, 0.1, 0)).hasMessageContaining("every >= 1");
  }
}
