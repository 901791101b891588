package dev.balboa.bench;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/**
 * Runs something until the JVM's compiler is at rest. While it is at work, it takes a processor
 * from the threads of whatever is measured: some seconds for a contender with much Java, hardly any
 * for one with little.
 */
public final class CompilerRest {
  private static final long INTERVAL_NANOS = 500_000_000;

  /** Of an interval: a fiftieth. */
  private static final long REST_MILLIS = 10;

  private CompilerRest() {}

  /** Returns after an interval in which hardly anything was compiled, or after so long. */
  public static void await(Runnable run, int mostMillis) {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    long end = System.nanoTime() + mostMillis * 1_000_000L;
    long compiling = Long.MAX_VALUE;
    while (compiling > REST_MILLIS && System.nanoTime() < end) {
      long before = compiler.getTotalCompilationTime();
      long interval = System.nanoTime() + INTERVAL_NANOS;
      do {
        run.run();
      } while (System.nanoTime() < interval);
      compiling = compiler.getTotalCompilationTime() - before;
    }
  }
}
