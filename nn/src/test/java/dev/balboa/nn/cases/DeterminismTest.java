package dev.balboa.nn.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.bindings.NativeThreads;
import dev.balboa.nn.TestProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With any fixed number of threads the native backend gives the same bits in every process: each
 * case runs in two processes at once for each of several numbers of threads (in the short profile
 * for fewer, with fewer samples). What gives the same bits with all of these numbers is counted and
 * printed.
 */
final class DeterminismTest {
  /** So many random samples and fewer belong to the short profile. */
  private static final int SHORT_PROFILE = 10;

  private static final long PATIENCE_MINUTES = 30;

  @TempDir private Path directory;

  /** One sample in one process. */
  private record Line(String name, String hash, String text) {}

  @Test
  void sameBitsInEveryProcessWithTheSameNumberOfThreads() throws Exception {
    Map<Integer, List<Line>> byThreads = new LinkedHashMap<>();
    boolean isShort = OpCases.randomSamples() <= SHORT_PROFILE;
    for (int threads : isShort ? List.of(1, 3) : List.of(1, 2, 3, 4)) {
      Process first = start(threads, 1);
      Process second = start(threads, 2);
      List<Line> lines = finish(first, threads, 1);
      List<Line> again = finish(second, threads, 2);
      assertThat(again.size()).isEqualTo(lines.size()).isPositive();
      for (int i = 0; i < lines.size(); i++) {
        assertThat(again.get(i)).as("with %d threads", threads).isEqualTo(lines.get(i));
      }
      byThreads.put(threads, lines);
    }
    printDependent(byThreads);
  }

  private static void printDependent(Map<Integer, List<Line>> byThreads) {
    Set<String> names = new LinkedHashSet<>();
    Set<String> dependent = new LinkedHashSet<>();
    List<Line> one = byThreads.get(1);
    for (List<Line> other : byThreads.values()) {
      assertThat(other).hasSameSizeAs(one);
      for (int i = 0; i < one.size(); i++) {
        assertThat(other.get(i).text()).isEqualTo(one.get(i).text());
        names.add(one.get(i).name());
        if (!other.get(i).hash().equals(one.get(i).hash())) {
          dependent.add(one.get(i).name());
        }
      }
    }
    System.out.printf(
        "The same bits with %s threads: %d of %d cases. Not the same: %s%n",
        byThreads.keySet(),
        names.size() - dependent.size(),
        names.size(),
        String.join(", ", dependent));
  }

  private Path output(int threads, int run) {
    return directory.resolve(threads + "-threads-" + run);
  }

  private Process start(int threads, int run) throws IOException {
    int samples = OpCases.randomSamples();
    return TestProcess.of(
            BitsOfAllCases.class,
            List.of(
                "-Xmx1g", "-XX:TieredStopAtLevel=1", "-D" + NativeThreads.PROPERTY + "=" + threads),
            Integer.toString(samples <= SHORT_PROFILE ? 1 : samples))
        .redirectOutput(output(threads, run).toFile())
        .start();
  }

  private List<Line> finish(Process process, int threads, int run)
      throws IOException, InterruptedException {
    Path output = output(threads, run);
    try {
      assertThat(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).as("ended").isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> text = Files.readAllLines(output);
    assertThat(process.exitValue())
        .as(() -> String.join("\n", text.subList(Math.max(0, text.size() - 30), text.size())))
        .isZero();
    List<Line> lines = new ArrayList<>();
    for (String line : text) {
      String[] parts = line.split("\t", 4);
      lines.add(new Line(parts[0], parts[2], parts[3]));
    }
    return lines;
  }
}
