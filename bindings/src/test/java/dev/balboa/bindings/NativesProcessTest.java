package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.bindings.NativeTestTools.Outcome;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real libraries in JVMs of their own, since a process loads them only once. */
class NativesProcessTest {
  @TempDir static Path shared;

  private static Path warm;

  @TempDir Path temporary;

  @BeforeAll
  static void fillCache() throws Exception {
    warm = shared.resolve("cache");
    assertLoaded(NativeTestTools.run(Map.of(), NativeTestTools.java(warm)));
  }

  @Test
  void loadsTheBundledLibraries() throws Exception {
    Outcome outcome = NativeTestTools.run(Map.of(), NativeTestTools.java(warm));
    assertLoaded(outcome);
    assertThat(outcome.output())
        .contains("oneDNN 3.13", "OpenBLAS 0.3.31")
        .doesNotContain("note: oneDNN uses the OpenMP runtime");
  }

  @Test
  void shortensTheSpinningOfThreadsUnlessTheUserHasSaidSomethingElse() throws Exception {
    assertThat(NativeTestTools.run(Map.of(), NativeTestTools.java(warm)).output())
        .contains("OPENBLAS_THREAD_TIMEOUT=4", "GOMP_SPINCOUNT=10000");
    Map<String, String> own = Map.of("OPENBLAS_THREAD_TIMEOUT", "9", "GOMP_SPINCOUNT", "77");
    assertThat(NativeTestTools.run(own, NativeTestTools.java(warm)).output())
        .contains("OPENBLAS_THREAD_TIMEOUT=9", "GOMP_SPINCOUNT=77");
    Map<String, String> policy = Map.of("OMP_WAIT_POLICY", "ACTIVE");
    assertThat(NativeTestTools.run(policy, NativeTestTools.java(warm)).output())
        .contains("GOMP_SPINCOUNT=unset");
  }

  @Test
  void loadsOnAnInterruptedThread() throws Exception {
    Outcome outcome =
        NativeTestTools.run(
            Map.of(),
            NativeTestTools.java(temporary.resolve("cache"), "-Dbalboa.test.interrupt=true"));
    assertLoaded(outcome);
    assertThat(outcome.output()).contains("interrupted=true");
  }

  @Test
  void letsSeveralJvmsExtractAtOnce() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(
          NativeTestTools.start(Map.of(), NativeTestTools.java(temporary.resolve("cache"))));
    }
    for (Process process : processes) {
      assertLoaded(NativeTestTools.finish(process));
    }
    assertNoTemporaries(temporary.resolve("cache"));
  }

  @Test
  void recoversFromAJvmKilledWhileExtracting() throws Exception {
    Path cache = temporary.resolve("cache");
    Process killed = NativeTestTools.start(Map.of(), NativeTestTools.java(cache));
    while (killed.isAlive() && !hasTemporary(cache)) {
      Thread.sleep(1);
    }
    killed.destroyForcibly().waitFor();
    assertLoaded(NativeTestTools.run(Map.of(), NativeTestTools.java(cache)));
  }

  @Test
  void repairsACorruptCache() throws Exception {
    Path cache = temporary.resolve("cache");
    assertLoaded(NativeTestTools.run(Map.of(), NativeTestTools.java(cache)));
    Path library = find(cache, "libopenblas.so.0");
    Files.write(library, new byte[1000]);
    assertLoaded(NativeTestTools.run(Map.of(), NativeTestTools.java(cache)));
    assertThat(Files.size(library)).isGreaterThan(1_000_000);
  }

  @Test
  void takesSystemLibrariesByName() throws Exception {
    Path installed = find(warm, "libdnnl.so.3").getParent();
    Outcome outcome =
        NativeTestTools.run(
            Map.of("LD_LIBRARY_PATH", installed.toString(), "BALBOA_NATIVE_DNNL", "system"),
            NativeTestTools.java(warm, "-Dbalboa.native.openblas=system"));
    assertLoaded(outcome);
    assertThat(outcome.output())
        .contains("[property balboa.native.openblas=system]")
        .contains("[environment BALBOA_NATIVE_DNNL=system]")
        .containsPattern("openblas +SYSTEM +" + installed)
        .contains("note: libgomp.so.1 is left to the system's dynamic linker");
  }

  @Test
  void refusesAnOldSystemLibraryByName() throws Exception {
    NativeTestTools.compile(
        temporary,
        "libopenblas.so.0",
        "const char *openblas_get_config(void) { return \"OpenBLAS 0.2.20 Fake\"; }\n");
    Outcome outcome =
        NativeTestTools.run(
            Map.of("LD_LIBRARY_PATH", temporary.toString()),
            NativeTestTools.java(warm, "-Dbalboa.native.openblas=system"));
    assertThat(outcome.status()).isEqualTo(3);
    assertThat(outcome.output())
        .contains(
            "1. property balboa.native.openblas=system: libopenblas.so.0: OpenBLAS is too old")
        .contains("found \"OpenBLAS 0.2.20 Fake\"")
        .contains("same again: true");
  }

  @Test
  void bundledLibrariesRunOnOurOwnThreads() throws Exception {
    Outcome outcome =
        NativeTestTools.run(Map.of(), NativeTestTools.java(warm, "-Dbalboa.test.regions=true"));
    assertLoaded(outcome);
    assertThat(outcome.output())
        .containsPattern("balboa_team +BUNDLED +/")
        .contains("threads of regions: [balboa-team]")
        .doesNotContain("libgomp's");
  }

  @Test
  void threadsBoundToProcessorsAreLibgomps() throws Exception {
    Outcome outcome =
        NativeTestTools.run(
            Map.of("OMP_PROC_BIND", "close"),
            NativeTestTools.java(warm, "-Dbalboa.test.regions=true"));
    assertLoaded(outcome);
    assertThat(outcome.output())
        .contains("OpenMP's threads are libgomp's: environment OMP_PROC_BIND")
        .doesNotContain("balboa-team");
  }

  @Test
  void usesTheSystemsOpenMpOnRequest() throws Exception {
    Path installed = find(warm, "libgomp.so.1").getParent();
    Outcome outcome =
        NativeTestTools.run(
            Map.of("LD_LIBRARY_PATH", installed.toString()),
            NativeTestTools.java(warm, "-Dbalboa.native.gomp=system"));
    assertLoaded(outcome);
    assertThat(outcome.output())
        .containsPattern("gomp +SYSTEM +/")
        .contains("OpenMP's threads are libgomp's: property balboa.native.gomp=system");
  }

  @Test
  void saysTheFlagWhenNativeAccessIsDenied() throws Exception {
    Outcome classPath =
        NativeTestTools.run(
            Map.of(), NativeTestTools.java(List.of("--illegal-native-access=deny")));
    assertThat(classPath.status()).isEqualTo(3);
    assertThat(classPath.output()).contains("--enable-native-access=ALL-UNNAMED");
    Outcome module =
        NativeTestTools.run(
            Map.of(), NativeTestTools.javaModule(List.of("--illegal-native-access=deny")));
    assertThat(module.status()).isEqualTo(3);
    assertThat(module.output())
        .contains("native access is denied to module dev.balboa.bindings")
        .contains("--enable-native-access=dev.balboa.bindings");
  }

  @Test
  void loadsAsAModule() throws Exception {
    List<String> options =
        List.of(
            "--illegal-native-access=deny",
            "--enable-native-access=dev.balboa.bindings",
            "-Dbalboa.native.cache=" + warm);
    assertLoaded(NativeTestTools.run(Map.of(), NativeTestTools.javaModule(options)));
  }

  /**
   * Needs a real {@code noexec} file system: one that this user can write to, or one mounted in a
   * namespace of its own. Where the system has neither and forbids the second, that is what is
   * asserted; {@link NativeLoaderTest} has the same case with a made-up table of mounts.
   */
  @Test
  void refusesARealNoexecMount() throws Exception {
    Optional<Path> mounted = writableNoexecMount();
    if (mounted.isPresent()) {
      Path cache = Files.createTempDirectory(mounted.get(), "balboa").resolve("cache");
      assertNoexec(NativeTestTools.run(Map.of(), NativeTestTools.java(cache)), mounted.get());
      Files.delete(cache.getParent());
      return;
    }
    List<String> command =
        List.of(
            "unshare",
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs" + " -o noexec tmpfs '" + temporary + "' && exec \"$@\"",
            "sh");
    Outcome trial = NativeTestTools.run(Map.of(), with(command, List.of("true")));
    Outcome outcome =
        NativeTestTools.run(
            Map.of(), with(command, NativeTestTools.java(temporary.resolve("cache"))));
    if (trial.status() == 0) {
      assertNoexec(outcome, temporary);
    } else {
      assertThat(trial.output()).containsAnyOf("unshare", "mount");
    }
  }

  private static void assertNoexec(Outcome outcome, Path mount) {
    assertThat(outcome.status()).as(outcome.output()).isEqualTo(3);
    assertThat(outcome.output())
        .contains(mount + ", which is mounted noexec")
        .contains("-Dbalboa.native.cache=<directory>");
  }

  private static Optional<Path> writableNoexecMount() {
    return MountTable.ofProcess().mounts().stream()
        .filter(mount -> mount.options().contains("noexec"))
        .filter(mount -> !mount.point().startsWith("/proc") && !mount.point().startsWith("/sys"))
        .map(MountTable.Mount::point)
        .filter(point -> Files.isDirectory(point) && Files.isWritable(point))
        .findFirst();
  }

  private static List<String> with(List<String> prefix, List<String> rest) {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(rest);
    return all;
  }

  private static void assertLoaded(Outcome outcome) {
    assertThat(outcome.status()).as(outcome.output()).isZero();
    assertThat(outcome.output())
        .contains("dnnl has symbols: true", "openblas has symbols: true", "gomp has symbols: true");
  }

  private static void assertNoTemporaries(Path cache) {
    assertThat(hasTemporary(cache)).isFalse();
  }

  /** Lists names alone: attributes of a file that is renamed meanwhile cannot be read. */
  private static boolean hasTemporary(Path cache) {
    File[] directories = cache.toFile().listFiles(File::isDirectory);
    return directories != null
        && Arrays.stream(directories)
            .map(directory -> directory.list((_, name) -> name.endsWith(".tmp")))
            .anyMatch(names -> names != null && names.length > 0);
  }

  private static Path find(Path cache, String name) throws IOException {
    try (var files = Files.find(cache, 2, (file, _) -> file.endsWith(name))) {
      return files.findFirst().orElseThrow();
    }
  }
}
