package dev.balboa.nn.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.bindings.NativeThreads;
import dev.balboa.nn.memory.SanitizerFence;
import dev.balboa.nn.op.Op;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Under AddressSanitizer a kernel that leaves its block is caught at the instruction. Not among the
 * ordinary tests, as its name says: {@code scripts/test --asan} runs it with the sanitizer.
 */
final class SanitizerProof {
  private record Outcome(int status, String output) {}

  @Test
  void aKernelInsideItsBlockGoesThrough() throws Exception {
    Outcome o = overstep("5");
    assertThat(o.status()).as(o.output()).isZero();
    assertThat(o.output()).contains("went through");
  }

  @Test
  void aKernelOneElementBeyondItsBlockIsCaught() throws Exception {
    assertCaught(overstep("6"));
  }

  @Test
  void aKernelInAClosedBlockIsCaught() throws Exception {
    assertCaught(overstep("5", "closed"));
  }

  private static void assertCaught(Outcome o) {
    assertThat(o.status()).as(o.output()).isNotZero();
    assertThat(o.output())
        .contains("AddressSanitizer: use-after-poison", "WRITE", "balboa_fill")
        .doesNotContain("went through");
  }

  private static Outcome overstep(String... arguments) throws Exception {
    assertThat(SanitizerFence.isWanted()).as("started by scripts/test --asan").isTrue();
    String classPath =
        String.join(
            File.pathSeparator,
            location(Op.class),
            location(Overstep.class),
            location(NativeThreads.class));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-Dbalboa.asan=true",
                "-cp",
                classPath,
                Overstep.class.getName()));
    command.addAll(Arrays.asList(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ended").isTrue();
      return new Outcome(process.exitValue(), output);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String location(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }
}
