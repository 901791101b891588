package dev.balboa.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Any task by any contender, one pair to a forked JVM. {@link Bench} runs it for the table; by
 * hand, JMH's own command line takes {@code -p contender=pytorch -p task=sgemm-256}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TaskBenchmark {
  /** {@link Contender#name}. */
  @Param("pytorch")
  public String contender;

  /** {@link Task#name}. */
  @Param("sgemm-256")
  public String task;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private long runs;
  private long heapBytes;
  private double heapBytesPerRun;

  private Contender opened;
  private Workload workload;
  private double checksum;

  /** Makes the pair ready, runs it once, and then until the JVM has compiled what runs. */
  @Setup(Level.Trial)
  public void open() {
    opened = Contender.named(contender);
    opened.open(ForkReport.threads());
    workload = opened.prepare(Task.named(task));
    workload.run();
    checksum = workload.checksum();
    CompilerRest.await(workload::run, ForkReport.settleMillis());
  }

  /** Begins to count what this thread allocates. */
  @Setup(Level.Iteration)
  public void countFromHere() {
    runs = 0;
    heapBytes = threads.getCurrentThreadAllocatedBytes();
  }

  /** One run, in microseconds. */
  @Benchmark
  public void run() {
    workload.run();
    runs++;
  }

  /** The last iteration, which is the warmest, is what is reported. */
  @TearDown(Level.Iteration)
  public void countToHere() {
    heapBytesPerRun = (double) (threads.getCurrentThreadAllocatedBytes() - heapBytes) / runs;
  }

  /** Checks what the runs did and reports to the driver. */
  @TearDown(Level.Trial)
  public void close() {
    workload.verify();
    new ForkReport(opened.describe(), workload.note(), checksum, heapBytesPerRun).write();
    workload.close();
  }
}
