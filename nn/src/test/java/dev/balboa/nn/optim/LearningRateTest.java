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

  /** MultiStepLR(milestones=[30, 80], gamma=0.1) of a rate of 0.05, its documentation's example. */
  @Test
  void multiStep() {
    LearningRate steps = LearningRate.multiStep(0.05, 0.1, 80, 30);
    check(steps, 29, 0.05);
    check(steps, 30, 0.005);
    check(steps, 79, 0.005);
    check(steps, 80, 0.0005);
    check(LearningRate.multiStep(0.05, 0.1), 1000, 0.05);
  }

  /** PolynomialLR(total_iters=4, power=1.0) of a rate of 0.001, its documentation's example. */
  @Test
  void polynomial() {
    LearningRate line = LearningRate.polynomial(0.001, 0, 1, 4);
    double[] expected = {0.001, 0.00075, 0.0005, 0.00025, 0, 0};
    for (int i = 0; i < expected.length; i++) {
      check(line, i, expected[i]);
    }
    check(LearningRate.polynomial(1, 0.1, 2, 10), 5, 0.1 + 0.9 * 0.25);
  }

  /** CosineAnnealingWarmRestarts(T_0=10, T_mult=2, eta_min=0.2) of a rate of 1. */
  @Test
  void cosineWithRestarts() {
    LearningRate restarts = LearningRate.cosineRestarts(1, 0.2, 10, 2);
    check(restarts, 0, 1);
    check(restarts, 5, 0.6);
    check(restarts, 9, 0.2 + 0.4 * (1 + Math.cos(0.9 * Math.PI)));
    check(restarts, 10, 1);
    check(restarts, 20, 0.6);
    check(restarts, 30, 1);
    check(restarts, 50, 0.6);
    LearningRate equal = LearningRate.cosineRestarts(1, 0.2, 10, 1);
    check(equal, 1_000_005, 0.6);
  }

  /** d^-0.5 min(s^-0.5, s warmup^-1.5) with d = 512, warmup = 4000, s counted from 1. */
  @Test
  void inverseSquareRootIsTheTransformersSchedule() {
    LearningRate noam = LearningRate.inverseSquareRoot(1 / Math.sqrt(512.0 * 4000), 4000);
    for (long s : new long[] {1, 100, 3999, 4000, 4001, 100_000}) {
      double expected =
          Math.min(1 / Math.sqrt((double) s), s * Math.pow(4000, -1.5)) / Math.sqrt(512);
      check(noam, s - 1, expected);
    }
    check(noam, 3999, 6.987712429686843e-4);
  }

  /** OneCycleLR(max_lr=1, total_steps=10) with its default momenta, 0.85 and 0.95. */
  @Test
  void oneCycleOfTheMomentum() {
    LearningRate momentum = LearningRate.oneCycleMomentum(0.95, 0.85, 10);
    check(momentum, 0, 0.95);
    check(momentum, 1, 0.9);
    check(momentum, 2, 0.85);
    check(momentum, 3, 0.95 - 0.05 * (1 + Math.cos(Math.PI / 7)));
    check(momentum, 9, 0.95);
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
    assertThatThrownBy(() -> LearningRate.cosineRestarts(1, 0, 5, 0))
        .hasMessageContaining("growth >= 1");
    assertThatThrownBy(() -> LearningRate.inverseSquareRoot(1, 0))
        .hasMessageContaining("warm-up >= 1");
    assertThatThrownBy(() -> LearningRate.constant(Double.NaN))
        .hasMessage("learning rate: expected a finite rate >= 0, got NaN");
  }
}
