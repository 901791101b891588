package dev.balboa.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The driver's end of an {@link OpWorker}. */
final class OpProcess implements AutoCloseable {
  private final OpContender contender;
  private final Process process;
  private final BufferedWriter commands;
  private final BufferedReader answers;
  private final Path log;
  private final String description;

  /** What a prepared operation says of itself. */
  record Ready(double checksum, String note) {}

  OpProcess(OpContender contender, int threads, Path log) throws IOException {
    this.contender = contender;
    this.log = log;
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), OpWorker.class.getName()));
    line.addAll(List.of(contender.name(), Integer.toString(threads)));
    process = new ProcessBuilder(line).redirectError(log.toFile()).start();
    commands = process.outputWriter();
    answers = process.inputReader();
    description = answer();
  }

  OpContender contender() {
    return contender;
  }

  String description() {
    return description;
  }

  /**
   * Empty if the contender has no such operation.
   *
   * @throws IllegalStateException if it failed
   */
  Optional<Ready> prepare(OpTask task) {
    String answer = ask("prepare " + task.key());
    String[] words = answer.split(" ", 3);
    return switch (words[0]) {
      case "ready" -> Optional.of(new Ready(Double.parseDouble(words[1]), words[2]));
      case "absent" -> Optional.empty();
      default ->
          throw new IllegalStateException(contender.name() + ": " + task.key() + ": " + answer);
    };
  }

  /** Nanoseconds of one run, from runs over about so many milliseconds. */
  double time(int millis) {
    return Double.parseDouble(ask("time " + millis));
  }

  private String ask(String command) {
    try {
      commands.write(command);
      commands.newLine();
      commands.flush();
      return answer();
    } catch (IOException e) {
      throw new IllegalStateException(
          contender.name() + ": " + command + ": the process ended, see " + log, e);
    }
  }

  private String answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("no answer");
    }
    return line;
  }

  @Override
  public void close() {
    if (!process.isAlive()) {
      return; // whoever asked last has reported it
    }
    try {
      commands.close();
      process.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
