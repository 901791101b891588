package dev.balboa.bench;

import dev.balboa.bench.probe.AlternationProbe;
import dev.balboa.bench.probe.BridgeProbe;
import dev.balboa.bench.probe.ChainProbe;
import dev.balboa.bench.probe.GraphProbe;
import dev.balboa.bench.probe.Line;
import dev.balboa.bench.probe.PeakProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs the probes: comparisons that only mean something within one process, each in a JVM of its
 * own.
 */
final class ProbeMeasurer {
  /** A comparison that is not a race between contenders. */
  enum Probe {
    /** {@link BridgeProbe}. */
    BRIDGE("bridge", BridgeProbe.class, "bridge"),
    /** {@link AlternationProbe}. */
    ALTERNATION("alternation", AlternationProbe.class, ""),
    /** {@link ChainProbe}. */
    CHAIN("chain", ChainProbe.class, ""),
    /** {@link GraphProbe}. */
    GRAPH("graph", GraphProbe.class, "recorder"),
    /** {@link PeakProbe}. */
    PEAK("peak", PeakProbe.class, "peak");

    private final String label;
    private final Class<?> main;
    private final String library;

    Probe(String label, Class<?> main, String library) {
      this.label = label;
      this.main = main;
      this.library = library;
    }

    /** The name on the command line. */
    String label() {
      return label;
    }

    /** The library of native/bench that is its first argument. */
    private Optional<String> library() {
      return library.isEmpty() ? Optional.empty() : Optional.of(library);
    }
  }

  /** The variables that name a library of one's own; the recorder takes the place of all three. */
  private static final List<String> STOOD_IN_FOR =
      List.of("BALBOA_NATIVE_DNNL", "BALBOA_NATIVE_OPENBLAS", "BALBOA_NATIVE_BALBOA_KERNELS");

  private final Options options;
  private final Path programs;
  private final Path logs;

  /**
   * @param programs where native/bench has been built
   * @param logs the directory for what the probes print
   */
  ProbeMeasurer(Options options, Path programs, Path logs) {
    this.options = options;
    this.programs = programs;
    this.logs = logs;
  }

  /** The probe's numbers; IllegalStateException if it fails. */
  List<Line> measure(Probe probe, int round) {
    Path log = logs.resolve("probe-" + probe.label() + "-round" + round + ".log");
    try {
      ProcessBuilder process =
          new ProcessBuilder(command(probe))
              .redirectOutput(log.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT);
      if (probe == Probe.GRAPH) {
        String recorder = library(probe.library().orElseThrow());
        STOOD_IN_FOR.forEach(name -> process.environment().put(name, recorder));
      }
      int status = process.start().waitFor();
      if (status != 0) {
        throw new IllegalStateException("probe " + probe.label() + " ended with status " + status);
      }
      return Files.readAllLines(log).stream().map(Line::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a probe", e);
    }
  }

  private List<String> command(Probe probe) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                probe.main.getName()));
    probe.library().map(this::library).ifPresent(command::add);
    command.add(Integer.toString(options.threads()));
    double seconds = options.effort().iterations() * options.effort().iterationMillis() / 1e3;
    command.add(Double.toString(seconds));
    return command;
  }

  /** A library of native/bench; most are built on Linux on x86-64 only. */
  private String library(String name) {
    Path path = programs.resolve(name).resolve(System.mapLibraryName("balboa_bench_" + name));
    if (!Files.exists(path)) {
      throw new IllegalStateException(
          "there is no " + path + ", which is built where Balboa is, on Linux on x86-64");
    }
    return path.toString();
  }
}
