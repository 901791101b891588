package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.bindings.internal.cblas.cblas_h;
import dev.balboa.bindings.internal.dnnl.dnnl_h;
import dev.balboa.bindings.internal.kernels.kernels_h;
import dev.balboa.bindings.internal.lapack.lapack_h;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that is bound is in the libraries that are shipped. */
class GeneratedSymbolsTest {

  private static final Map<String, Class<?>> HEADERS =
      Map.of(
          "dnnl", dnnl_h.class,
          "cblas", cblas_h.class,
          "lapack", lapack_h.class,
          "kernels", kernels_h.class);

  @ParameterizedTest
  @ValueSource(strings = {"dnnl", "cblas", "lapack", "kernels"})
  void everyBoundFunctionResolvesInItsLibrary(String name) throws ReflectiveOperationException {
    Set<String> functions = boundFunctions(name);
    for (String function : functions) {
      assertThat(((MemorySegment) call(name, function + "$address")).address())
          .as(function)
          .isNotZero();
      assertThat((MethodHandle) call(name, function + "$handle")).as(function).isNotNull();
    }
    assertThat(functions).hasSizeGreaterThanOrEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dnnl", "cblas", "lapack", "kernels"})
  void includeFileAndGeneratedCodeAgree(String name) throws IOException {
    Set<String> included =
        Files.readAllLines(Path.of("jextract", name + ".includes")).stream()
            .filter(line -> line.startsWith("--include-function "))
            .map(line -> line.substring("--include-function ".length()).strip())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(boundFunctions(name)).isEqualTo(included);
  }

  @Test
  void everyFunctionOfTheKernelHeaderIsBound() throws IOException {
    String header = Files.readString(Path.of("..", "native", "include", "balboa_kernels.h"));
    Matcher matcher =
        Pattern.compile("BALBOA_API [a-z0-9_ ]*\\*?\\s*(balboa_\\w+)\\(").matcher(header);
    Set<String> declared =
        matcher.results().map(r -> r.group(1)).collect(Collectors.toCollection(TreeSet::new));
    assertThat(boundFunctions("kernels")).isEqualTo(declared);
  }

  @Test
  void symbolsComeFromTheLoaderOnly() throws IOException {
    try (var files = Files.walk(Path.of("src", "generated", "java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        assertThat(Files.readString(file))
            .as(file.toString())
            .doesNotContain("loaderLookup", "System.load", "libraryLookup");
      }
    }
  }

  private static Object call(String name, String method) throws ReflectiveOperationException {
    Method found = HEADERS.get(name).getMethod(method);
    found.setAccessible(true); // public, but in a superclass that is not
    return found.invoke(null);
  }

  private static Set<String> boundFunctions(String name) {
    return Arrays.stream(HEADERS.get(name).getMethods())
        .map(Method::getName)
        .filter(method -> method.endsWith("$address"))
        .map(method -> method.substring(0, method.length() - "$address".length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
