package dev.balboa.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The process in which one contender runs operations on command, one line for each command and
 * answer. Only one of the processes of a run works at a time.
 *
 * <pre>
 * prepare KEY     ready CHECKSUM NOTE, or absent, or failed MESSAGE
 * time MILLIS     nanoseconds of one run: the median over batches of runs
 * </pre>
 */
final class OpWorker {
  private static final long BATCH_NANOS = 500_000;
  private static final int FEWEST_BATCHES = 3;

  private final OpContender contender;
  private Workload workload;

  private OpWorker(OpContender contender) {
    this.contender = contender;
  }

  /** Arguments: the contender's name, the number of threads. */
  public static void main(String[] arguments) throws IOException {
    PrintStream answers = System.out;
    System.setOut(System.err);
    OpContender contender = OpContender.named(arguments[0]);
    contender.open(Integer.parseInt(arguments[1]));
    OpWorker worker = new OpWorker(contender);
    answers.println(contender.describe());
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ", 2);
      answers.println(
          switch (words[0]) {
            case "prepare" -> worker.prepare(OpTable.named(words[1]));
            case "time" -> Double.toString(worker.time(Long.parseLong(words[1])));
            default -> throw new IllegalArgumentException("unknown command " + line);
          });
    }
    worker.close();
  }

  private void close() {
    if (workload != null) {
      workload.close();
      workload = null;
    }
  }

  private String prepare(OpTask task) {
    close();
    try {
      Optional<Workload> made = contender.prepare(task);
      if (made.isEmpty()) {
        return "absent";
      }
      workload = made.get();
      workload.run();
      return "ready " + workload.checksum() + " " + workload.note();
    } catch (RuntimeException e) {
      // The other operations are worth measuring; the driver fails in the end.
      return "failed " + e.toString().lines().findFirst().orElse("");
    }
  }

  private double time(long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    int runs = 1;
    double[] batches = new double[64];
    int count = 0;
    do {
      long start = System.nanoTime();
      for (int i = 0; i < runs; i++) {
        workload.run();
      }
      long took = System.nanoTime() - start;
      if (took < BATCH_NANOS && runs < 1 << 20) {
        runs *= 2;
        continue;
      }
      if (count == batches.length) {
        batches = Arrays.copyOf(batches, 2 * count);
      }
      batches[count++] = (double) took / runs;
    } while (System.nanoTime() < end || (count < FEWEST_BATCHES && !contender.forOrientation()));
    return Summary.median(Arrays.copyOf(batches, count));
  }
}
