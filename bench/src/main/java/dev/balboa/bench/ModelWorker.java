package dev.balboa.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The process in which one contender trains one model. It prints one line: nanoseconds of each
 * measured step, joined by commas, parameters, loss before the first and the last step, resident
 * KiB before the model was made and at most, and the library's own peak in bytes.
 */
final class ModelWorker {
  private static final int WARM_UP = 3;

  private ModelWorker() {}

  /** Arguments: contender, model, threads, measured steps. */
  public static void main(String[] arguments) throws IOException {
    PrintStream answers = System.out;
    System.setOut(System.err);
    ModelContender contender =
        ModelContender.all().stream()
            .filter(c -> c.name().equals(arguments[0]))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no contender " + arguments[0]));
    contender.open(Integer.parseInt(arguments[2]));
    long before = status("VmRSS");
    ModelContender.Steps steps = contender.prepare(ModelTask.named(arguments[1]));
    double first = steps.step();
    double last = first;
    for (int i = 1; i < WARM_UP; i++) {
      last = steps.step();
    }
    StringBuilder nanos = new StringBuilder();
    for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
      long start = System.nanoTime();
      last = steps.step();
      nanos.append(i == 0 ? "" : ",").append(System.nanoTime() - start);
    }
    answers.printf(
        Locale.ROOT,
        "%s %d %.6f %.6f %d %d %d%n",
        nanos,
        steps.parameters(),
        first,
        last,
        before,
        status("VmHWM"),
        steps.peakBytes());
  }

  /** A line of Linux's account of this process, in KiB. */
  private static long status(String name) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("/proc/self/status has no " + name));
  }
}
