package dev.balboa.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Where and when the numbers were taken.
 *
 * @param cpu the processor's name
 * @param load the mean number of runnable threads over the last minute when the run began; negative
 *     if unknown
 */
public record Machine(
    String cpu,
    int processors,
    String system,
    String java,
    String commit,
    LocalDate date,
    double load) {
  /** This machine, now. */
  public static Machine here() {
    return new Machine(
        cpuName(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        System.getProperty("java.vm.vendor") + " " + Runtime.version(),
        gitCommit(),
        LocalDate.now(ZoneOffset.UTC),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  /** Whether so much else was running that the numbers say little. */
  boolean busy() {
    return load > 0.3 * processors;
  }

  private static String cpuName() {
    Path file = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(file)) {
      return System.getProperty("os.arch");
    }
    try (var lines = Files.lines(file)) {
      return lines
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String gitCommit() {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=10")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String commit =
          new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      boolean ended = git.waitFor(10, TimeUnit.SECONDS);
      return ended && git.exitValue() == 0 ? commit : "unknown commit";
    } catch (IOException e) {
      // A source archive without git: the numbers are as good.
      return "unknown commit";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown commit";
    }
  }
}
