package dev.balboa.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.balboa.bench.Task.Conv2d;
import dev.balboa.bench.Task.Direction;
import org.junit.jupiter.api.Test;

class TaskTest {
  @Test
  void namesAreUniqueAndFindTheirTask() {
    assertThat(Task.all()).extracting(Task::name).doesNotHaveDuplicates();
    assertThat(Task.all()).allSatisfy(task -> assertThat(Task.named(task.name())).isEqualTo(task));
  }

  @Test
  void unknownNameListsTheKnownOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Task.named("sgemm-3"))
        .withMessageContaining("sgemm-3")
        .withMessageContaining("cnn-train-b128");
  }

  @Test
  void workOfTheFirstConvolutionDoesNotCountTheGradientOfThePictures() {
    double forward = Conv2d.first(2, Direction.FORWARD).flops();
    assertThat(forward).isEqualTo(2.0 * 2 * 32 * 9 * 28 * 28);
    assertThat(Conv2d.first(2, Direction.BACKWARD).flops()).isEqualTo(forward);
    assertThat(Conv2d.second(2, Direction.BACKWARD).flops())
        .isEqualTo(2 * Conv2d.second(2, Direction.FORWARD).flops());
  }
}
