package dev.balboa.bindings;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Compiles tiny fake libraries and runs child JVMs and other programs. */
final class NativeTestTools {
  private static final long PATIENCE_SECONDS = 120;

  /** What a program printed, standard error included, and how it ended. */
  record Outcome(int status, String output) {}

  private NativeTestTools() {}

  /** Compiles C source into a shared library; the build itself needs the same compiler. */
  static Path compile(Path folder, String file, String source, String... options) throws Exception {
    Path code = Files.writeString(folder.resolve(file + ".c"), source);
    Path library = folder.resolve(file);
    List<String> command =
        new ArrayList<>(List.of("cc", "-shared", "-fPIC", "-Wl,-soname," + file));
    command.addAll(List.of("-o", library.toString(), code.toString()));
    command.addAll(List.of(options));
    Outcome outcome = run(Map.of(), command);
    if (outcome.status() != 0) {
      throw new IllegalStateException("cc failed: " + outcome.output());
    }
    return library;
  }

  /** Command line of a JVM that runs {@link NativesChild} on the class path. */
  static List<String> java(List<String> options) throws URISyntaxException {
    List<String> command = new ArrayList<>(List.of(javaProgram(), "-Xmx256m"));
    command.addAll(options);
    command.addAll(
        List.of(
            "-cp",
            location(Natives.class) + ":" + location(NativesChild.class),
            NativesChild.class.getName()));
    return command;
  }

  /** The same with native access allowed and a cache directory of its own. */
  static List<String> java(Path cache, String... options) throws URISyntaxException {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("--enable-native-access=ALL-UNNAMED");
    all.add("--illegal-native-access=deny");
    all.add("-Dbalboa.native.cache=" + cache);
    return java(all);
  }

  /** Command line of a JVM that runs {@link NativesChild} inside the module. */
  static List<String> javaModule(List<String> options) throws URISyntaxException {
    List<String> command = new ArrayList<>(List.of(javaProgram(), "-Xmx256m"));
    command.addAll(options);
    String module = "dev.balboa.bindings";
    command.addAll(
        List.of(
            "--module-path",
            location(Natives.class).toString(),
            "--patch-module",
            module + "=" + location(NativesChild.class),
            "--module",
            module + "/" + NativesChild.class.getName()));
    return command;
  }

  /** Runs a program to its end. */
  static Outcome run(Map<String, String> environment, List<String> command) throws Exception {
    return finish(start(environment, command));
  }

  /** Starts a program whose variables for this library are those given and no others. */
  static Process start(Map<String, String> environment, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(key -> key.matches("(BALBOA|OPENBLAS|OMP|GOMP)_.*"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Reads all output and waits. */
  static Outcome finish(Process process) throws Exception {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("no end after " + PATIENCE_SECONDS + " s: " + output);
    }
    return new Outcome(process.exitValue(), output);
  }

  /** Directory or jar that a class was loaded from. */
  static Path location(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static String javaProgram() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
