package dev.balboa.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * What a forked JVM says beside its times, left in a file for the driver.
 *
 * @param description {@link Contender#describe}
 * @param note {@link Workload#note}
 * @param checksum {@link Workload#checksum}
 * @param heapBytes {@link Sample#heapBytes}
 */
record ForkReport(String description, String note, double checksum, double heapBytes) {
  private static final String FILE_PROPERTY = "balboa.bench.report";
  private static final String THREADS_PROPERTY = "balboa.bench.threads";
  private static final String SETTLE_PROPERTY = "balboa.bench.settle";

  /** The threads that the driver asked for, or as many as there are processors. */
  static int threads() {
    return Integer.getInteger(THREADS_PROPERTY, Runtime.getRuntime().availableProcessors());
  }

  /** The most that the driver lets it wait for its compiler, in milliseconds. */
  static int settleMillis() {
    return Integer.getInteger(SETTLE_PROPERTY, 0);
  }

  /**
   * The arguments for a forked JVM that is to use so many threads, to wait at most so long for its
   * compiler and to report to this file.
   */
  static String[] jvmArguments(int threads, int settleMillis, Path file) {
    return new String[] {
      "-D" + THREADS_PROPERTY + "=" + threads,
      "-D" + SETTLE_PROPERTY + "=" + settleMillis,
      "-D" + FILE_PROPERTY + "=" + file
    };
  }

  /** Writes to the file that the driver named; does nothing in a JVM without a driver. */
  void write() {
    String file = System.getProperty(FILE_PROPERTY);
    if (file == null) {
      return;
    }
    Properties properties = new Properties();
    properties.setProperty("description", description);
    properties.setProperty("note", note);
    properties.setProperty("checksum", Double.toString(checksum));
    properties.setProperty("heapBytes", Double.toString(heapBytes));
    try (Writer out = Files.newBufferedWriter(Path.of(file))) {
      properties.store(out, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ForkReport read(Path file) {
    Properties properties = new Properties();
    try (var in = Files.newBufferedReader(file)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("the forked JVM left no report", e);
    }
    return new ForkReport(
        properties.getProperty("description"),
        properties.getProperty("note"),
        Double.parseDouble(properties.getProperty("checksum")),
        Double.parseDouble(properties.getProperty("heapBytes")));
  }
}
