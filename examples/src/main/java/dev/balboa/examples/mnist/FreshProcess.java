package dev.balboa.examples.mnist;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs this program in a JVM of its own, with the options of this one. */
final class FreshProcess {
  private FreshProcess() {}

  /** The command line of {@code mnist <arguments>}. */
  static List<String> command(List<String> arguments) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!option.startsWith("-agentlib:") && !option.startsWith("-javaagent:")) {
        line.add(option);
      }
    }
    line.add("-cp");
    line.add(System.getProperty("java.class.path"));
    line.add(Mnist.class.getName());
    line.addAll(arguments);
    return line;
  }

  /** Runs it to its end, on this process's streams. */
  static int run(List<String> arguments) throws IOException {
    Process process = new ProcessBuilder(command(arguments)).inheritIO().start();
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + arguments + " was running", e);
    } finally {
      process.destroy();
    }
  }
}
