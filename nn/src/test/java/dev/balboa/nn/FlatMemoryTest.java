package dev.balboa.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand training steps on the native backend leave the process as large as the first
 * thousand did.
 */
class FlatMemoryTest {
  /** Resident from the start, so that what the garbage collector does is no growth. */
  private static final List<String> FIXED_HEAP =
      List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch");

  /** What the compiler may still add after the warm-up; a leak of one tensor a step is far more. */
  private static final long SLACK = 64L << 20;

  @Test
  void tenThousandStepsLeaveResidentMemoryFlat() throws Exception {
    Process process = TestProcess.of(TenThousandSteps.class, FIXED_HEAP).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    List<Long> growth = output.lines().map(Long::parseLong).toList();
    assertThat(growth).as(output).hasSize(3);
    assertThat(growth.get(0)).as("growth of live bytes").isZero();
    assertThat(growth.get(1)).as("growth of mapped bytes").isZero();
    assertThat(growth.get(2)).as("growth of resident bytes").isLessThan(SLACK);
  }
}
