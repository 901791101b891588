package dev.balboa.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class OptionsTest {
  @Test
  void withoutArgumentsTheTasksWithATargetTakePart() {
    Options options = Options.parse();
    assertThat(options.tasks())
        .contains(new Task.Inference(32), new Task.LinearStep(16))
        .allSatisfy(task -> assertThat(Target.of(task)).isNotEmpty());
    assertThat(Options.parse("--full").tasks()).isEqualTo(Task.all());
    assertThat(options.writePage()).isFalse();
    assertThat(options.wants("native")).isTrue();
  }

  @Test
  void quickTakesAFewTasksUnlessAFilterSaysWhich() {
    assertThat(Options.parse("--quick").tasks()).hasSizeBetween(1, 10);
    assertThat(Options.parse("--quick", "sgemm-2048").tasks())
        .containsExactly(new Task.Sgemm(2048, 2048, 2048));
  }

  @Test
  void everythingGiven() {
    Options options =
        Options.parse(
            "--full", "--threads", "1", "--rounds", "7", "--contenders", "native,c", "cnn-train");
    assertThat(options.effort().rounds()).isEqualTo(7);
    assertThat(options.threads()).isEqualTo(1);
    assertThat(options.wants("c")).isTrue();
    assertThat(options.wants("pytorch")).isFalse();
    assertThat(options.writePage()).isTrue();
    assertThat(options.tasks())
        .containsExactly(new Task.TrainStep(1), new Task.TrainStep(32), new Task.TrainStep(128));
  }

  @Test
  void wrongArgumentsAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Options.parse("--fast"))
        .withMessageContaining("--fast");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Options.parse("--threads"))
        .withMessageContaining("--threads needs a value");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Options.parse("--rounds", "0"))
        .withMessageContaining("got 0");
  }
}
