package dev.balboa.nn;

import dev.balboa.bindings.NativeThreads;
import dev.balboa.nn.op.Op;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Programs among the tests that need a JVM of their own. */
public final class TestProcess {
  private TestProcess() {}

  /**
   * Makes a process, which is not started yet.
   *
   * @param options of the JVM
   * @param arguments of the program
   */
  public static ProcessBuilder of(Class<?> program, List<String> options, String... arguments) {
    Stream<String> java =
        Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath());
    return new ProcessBuilder(
            Stream.of(java, options.stream(), Stream.of(program.getName()), Stream.of(arguments))
                .flatMap(words -> words)
                .toList())
        .redirectErrorStream(true);
  }

  /** The library, its tests and the bindings; where tests run in a module, no property says it. */
  private static String classPath() {
    return Stream.of(Op.class, TestProcess.class, NativeThreads.class)
        .map(TestProcess::location)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("where is " + type + "?", e);
    }
  }
}
