package dev.balboa.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Measures a Java contender: each measurement is one run of JMH with one fork. */
final class JmhMeasurer implements Measurer {
  private static final double SHORT_FLOPS = 1e8;
  private static final int SHORT_WARM_UP_MILLIS = 1000;
  private static final int TINY_WARM_UP_MILLIS = 2000;

  private final Contender contender;
  private final Options options;
  private final Path logs;
  private String description = "";

  /**
   * @param logs the directory for the output of JMH and of the forks
   */
  JmhMeasurer(Contender contender, Options options, Path logs) {
    this.contender = contender;
    this.options = options;
    this.logs = logs;
  }

  @Override
  public String contender() {
    return contender.name();
  }

  @Override
  public boolean forOrientation() {
    return contender.forOrientation();
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Optional<Sample> measure(Task task, int round) {
    if (!contender.takesPart(task)
        || (contender.forOrientation() && task.flops() > options.effort().orientationFlops())) {
      return Optional.empty();
    }
    String name = contender.name() + "-" + task.name() + "-round" + round;
    Path log = logs.resolve(name + ".log");
    Path reportFile = logs.resolve(name + ".report");
    Collection<RunResult> results;
    try {
      Files.deleteIfExists(reportFile);
      results = new Runner(options(task, log, reportFile)).run();
    } catch (RunnerException e) {
      throw new IllegalStateException(name + " failed, see " + log, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ForkReport report = ForkReport.read(reportFile);
    description = report.description();
    BenchmarkResult result = results.iterator().next().getBenchmarkResults().iterator().next();
    List<Double> micros =
        result.getIterationResults().stream()
            .map(iteration -> iteration.getPrimaryResult().getScore())
            .toList();
    return Optional.of(
        new Sample(
            contender.name(),
            task,
            round,
            micros,
            report.checksum(),
            report.note(),
            report.heapBytes()));
  }

  /** The shorter the work, the more of it is Java's way there, which has to be compiled first. */
  private int warmUpMillis(Task task) {
    int least = task.flops() < SHORT_FLOPS ? SHORT_WARM_UP_MILLIS : 0;
    int millis = task.group() == Task.Group.TINY ? TINY_WARM_UP_MILLIS : least;
    return Math.max(millis, options.effort().warmUpMillis());
  }

  private org.openjdk.jmh.runner.options.Options options(Task task, Path log, Path reportFile) {
    Options.Effort effort = options.effort();
    return new OptionsBuilder()
        .include(Pattern.quote(TaskBenchmark.class.getName() + ".run"))
        .param("contender", contender.name())
        .param("task", task.name())
        .forks(1)
        .warmupIterations(forOrientation() ? 1 : effort.warmUps())
        .warmupTime(TimeValue.milliseconds(warmUpMillis(task)))
        .measurementIterations(forOrientation() ? 2 : effort.iterations())
        .measurementTime(TimeValue.milliseconds(effort.iterationMillis()))
        .jvmArgsAppend(
            ForkReport.jvmArguments(
                options.threads(), forOrientation() ? 0 : effort.settleMillis(), reportFile))
        .shouldFailOnError(true)
        .output(log.toString())
        .build();
  }
}
