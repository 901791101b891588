package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.bindings.LoadedNatives.Source;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way a library can be unfit, on tiny fakes that take the place of the real ones. */
class NativeLoaderTest {
  private static final NativePlatform PLATFORM = NativePlatform.current();

  private static final String DNNL =
      """
      static const struct { int major, minor, patch; const char *hash; unsigned cpu, gpu; } v =
          {%d, 6, 3, "fake", 2, 0};
      const void *dnnl_version(void) { return &v; }
      """;
  private static final String OPENBLAS =
      "const char *openblas_get_config(void) { return \"OpenBLAS %s Fake\"; }\n";
  private static final String KERNELS = "int balboa_kernels_abi_version(void) { return %d; }\n";
  private static final String GOMP = "int omp_get_max_threads(void) { return 1; }\n";
  private static final String EMPTY = "int nothing;\n";

  @TempDir static Path fakes;

  @TempDir Path temporary;
  private final Map<String, String> properties = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private FakeBundle bundle;

  /** Compiles a whole set of good libraries once. */
  @BeforeAll
  static void compileFakes() throws Exception {
    NativeTestTools.compile(fakes, "libdnnl.so.3", DNNL.formatted(3));
    NativeTestTools.compile(fakes, "libopenblas.so.0", OPENBLAS.formatted("0.3.31"));
    NativeTestTools.compile(
        fakes, "libbalboa_kernels.so", KERNELS.formatted(LibraryVersions.KERNELS_ABI));
    NativeTestTools.compile(fakes, "libgomp.so.1", GOMP);
    NativeTestTools.compile(
        fakes,
        "libbalboa_team.so",
        GOMP,
        "-Wl,--no-as-needed",
        "-Wl,-rpath,$ORIGIN",
        fakes.resolve("libdnnl.so.3").toString());
    NativeTestTools.compile(fakes, "libquadmath.so.0", EMPTY);
    NativeTestTools.compile(fakes, "libgfortran.so.5", EMPTY);
  }

  @BeforeEach
  void fillBundle() throws Exception {
    bundle = new FakeBundle();
    try (var files = Files.list(fakes)) {
      for (Path file : files.filter(file -> !file.toString().endsWith(".c")).toList()) {
        bundle.with(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    bundle.seal();
    properties.put("balboa.native.cache", temporary.resolve("cache").toString());
  }

  @Test
  void loadsTheBundleWithDependenciesFirst() {
    LoadedNatives natives = load();
    assertThat(natives.libraries())
        .extracting(LoadedNatives.Library::name)
        .filteredOn(name -> !name.equals("balboa_team")) // where no oneDNN was in this JVM before
        .containsExactly("gomp", "dnnl", "quadmath", "gfortran", "openblas", "balboa_kernels");
    assertThat(natives.libraries())
        .allMatch(library -> library.source() == Source.BUNDLED)
        .allMatch(library -> library.location().startsWith(temporary.toString()));
    assertThat(natives.library("dnnl").orElseThrow().version()).isEqualTo("oneDNN 3.6.3");
    assertThat(natives.describe())
        .contains("OpenBLAS 0.3.31 Fake")
        .contains("balboa_kernels ABI " + LibraryVersions.KERNELS_ABI);
  }

  @Test
  void takesANamedFileAndLeavesTheOthersBundled() {
    properties.put("balboa.native.openblas", fakes.resolve("libopenblas.so.0").toString());
    LoadedNatives natives = load();
    LoadedNatives.Library openblas = natives.library("openblas").orElseThrow();
    assertThat(openblas.source()).isEqualTo(Source.FILE);
    assertThat(openblas.chosenBy()).startsWith("property balboa.native.openblas=");
    // its dependencies lie beside it
    assertThat(natives.library("gfortran").orElseThrow().location()).startsWith(fakes.toString());
    assertThat(natives.library("dnnl").orElseThrow().source()).isEqualTo(Source.BUNDLED);
  }

  @Test
  void takesANamedDirectoryForOneLibrary() {
    environment.put("BALBOA_NATIVE_DNNL", fakes.toString());
    LoadedNatives.Library dnnl = load().library("dnnl").orElseThrow();
    assertThat(dnnl.source()).isEqualTo(Source.DIRECTORY);
    assertThat(dnnl.location()).isEqualTo(fakes.resolve("libdnnl.so.3").toString());
  }

  @Test
  void passesOverADirectoryThatLacksALibrary() throws Exception {
    Path some = Files.createDirectory(temporary.resolve("some"));
    Files.copy(fakes.resolve("libdnnl.so.3"), some.resolve("libdnnl.so.3"));
    properties.put("balboa.native.dir", some.toString());
    environment.put("BALBOA_NATIVE_DIR", fakes.toString());
    LoadedNatives natives = load();
    assertThat(natives.library("dnnl").orElseThrow().location()).startsWith(some.toString());
    assertThat(natives.library("openblas").orElseThrow().location()).startsWith(fakes.toString());
  }

  @Test
  void leavesDependenciesOfAnOwnBuildToTheSystem() throws Exception {
    Path own = Files.createDirectory(temporary.resolve("own"));
    Files.copy(fakes.resolve("libopenblas.so.0"), own.resolve("my-blas.so"));
    properties.put("balboa.native.openblas", own.resolve("my-blas.so").toString());
    LoadedNatives natives = load();
    assertThat(natives.library("gfortran")).isEmpty();
    assertThat(natives.notes()).contains("libgfortran.so.5 is left to the system's dynamic linker");
  }

  @Test
  void doesNotFallBackFromANamedFileThatIsMissing() {
    properties.put("balboa.native.dnnl", "/nowhere/libdnnl.so.3");
    assertFails()
        .hasMessageContaining("cannot load native library dnnl on " + PLATFORM.id())
        .hasMessageContaining("1. property balboa.native.dnnl=/nowhere/libdnnl.so.3: ")
        .hasMessageContaining("does not exist")
        .hasMessageContaining("were not tried")
        .hasMessageContaining("-Dbalboa.native.dnnl=<file>|<directory>|system");
  }

  @Test
  void namesEveryPlaceTried() throws Exception {
    Path first = Files.createDirectory(temporary.resolve("first"));
    Path second = Files.createDirectory(temporary.resolve("second"));
    properties.put("balboa.native.dir", first.toString());
    environment.put("BALBOA_NATIVE_DIR", second.toString());
    bundle.without("libdnnl.so.3");
    assertFails()
        .hasMessageContaining("1. property balboa.native.dir=" + first)
        .hasMessageContaining("libdnnl.so.3 does not exist")
        .hasMessageContaining("2. environment BALBOA_NATIVE_DIR=" + second)
        .hasMessageContaining("3. bundled: fake bundle /libdnnl.so.3")
        .hasMessageContaining("is missing");
  }

  @Test
  void refusesADirectoryThatIsNone() {
    properties.put("balboa.native.dir", "/nowhere");
    assertFails().hasMessageContaining("/nowhere: is not a directory");
  }

  @Test
  void refusesALibraryOfAnotherArchitecture() throws Exception {
    boolean x86 = PLATFORM == NativePlatform.LINUX_X86_64;
    byte[] foreign = FakeElf.library(x86 ? FakeElf.AARCH64 : FakeElf.X86_64);
    properties.put("balboa.native.dnnl", file("libdnnl.so.3", foreign));
    assertFails()
        .hasMessageContaining(x86 ? "expected x86_64, 64-bit" : "expected aarch64, 64-bit")
        .hasMessageContaining(x86 ? "found aarch64" : "found x86_64");
  }

  @Test
  void refusesATruncatedLibraryInsteadOfCrashing() throws Exception {
    byte[] whole = Files.readAllBytes(fakes.resolve("libdnnl.so.3"));
    properties.put("balboa.native.dnnl", file("a.so", Arrays.copyOf(whole, whole.length / 8)));
    assertFails().hasMessageContaining("is truncated");
  }

  @Test
  void refusesGarbageInTheBundle() {
    bundle.with("libopenblas.so.0", "not a library".repeat(99).getBytes(StandardCharsets.UTF_8));
    bundle.seal();
    assertFails()
        .hasMessageContaining("cannot load native library openblas")
        .hasMessageContaining("not an ELF library");
  }

  @Test
  void refusesADirectoryInPlaceOfAFile() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("libs"));
    Files.createDirectory(folder.resolve("libdnnl.so.3"));
    properties.put("balboa.native.dir", folder.toString());
    assertFails().hasMessageContaining("is not a regular file");
  }

  @Test
  void refusesTheWrongMajorVersionByName() throws Exception {
    Path two = NativeTestTools.compile(temporary, "libdnnl.so.2", DNNL.formatted(2));
    properties.put("balboa.native.dnnl", two.toString());
    assertFails()
        .hasMessageContaining(two.toString())
        .hasMessageContaining("expected 3.x, found 2.6.3");
  }

  @Test
  void refusesAnOldOpenBlasByName() throws Exception {
    Path old = NativeTestTools.compile(temporary, "libblas.so", OPENBLAS.formatted("0.3.10"));
    properties.put("balboa.native.openblas", old.toString());
    assertFails().hasMessageContaining("at least 0.3.20, found \"OpenBLAS 0.3.10 Fake\"");
  }

  @Test
  void refusesAnotherAbiOfTheKernels() throws Exception {
    Path other = NativeTestTools.compile(temporary, "libk.so", KERNELS.formatted(99));
    properties.put("balboa.native.balboa_kernels", other.toString());
    assertFails()
        .hasMessageContaining(
            "ABI version: expected " + LibraryVersions.KERNELS_ABI + ", found 99");
  }

  @Test
  void refusesALibraryThatIsSomethingElse() {
    properties.put("balboa.native.openblas", fakes.resolve("libdnnl.so.3").toString());
    assertFails().hasMessageContaining("is not OpenBLAS: it exports no openblas_get_config()");
  }

  @Test
  void passesOnTheDynamicLinkersReason() throws Exception {
    Path needy =
        NativeTestTools.compile(
            temporary, "libneedy.so", "extern int absent; int *p(void) { return &absent; }\n");
    properties.put("balboa.native.dnnl", needy.toString());
    assertFails().hasMessageContaining("undefined symbol: absent");
    assertThat(Libc.whyNotOpened("libbalboa-absent.so.9"))
        .contains("libbalboa-absent.so.9: cannot open shared object file");
  }

  @Test
  void refusesANoexecMount() throws Exception {
    MountTable mounts =
        MountTable.parse("tmpfs " + temporary.toRealPath() + " tmpfs rw,noexec 0 0\n");
    assertThatThrownBy(() -> load(mounts))
        .isInstanceOf(NativeLoadException.class)
        .hasMessageContaining("bundled: fake bundle /libdnnl.so.3")
        .hasMessageContaining(temporary.toRealPath() + ", which is mounted noexec")
        .hasMessageContaining("-Dbalboa.native.cache=<directory>");
  }

  @Test
  void refusesACacheThatCannotBeWritten() throws Exception {
    Path file = Files.writeString(temporary.resolve("file"), "in the way");
    properties.put("balboa.native.cache", file.resolve("cache").toString());
    assertFails()
        .hasMessageContaining("cannot be made")
        .hasMessageContaining("-Dbalboa.native.cache=<directory>");
  }

  @Test
  void refusesABundleThatWasTamperedWith() {
    byte[] other = "evil".getBytes(StandardCharsets.UTF_8);
    bundle.with("libgomp.so.1", other);
    assertFails()
        .hasMessageContaining("libgomp.so.1 does not match its manifest: expected")
        .hasMessageContaining("found 4 with");
  }

  @Test
  void saysThatABuildHasNoLibraries() {
    bundle = new FakeBundle();
    assertFails()
        .hasMessageContaining("carries no libraries for this platform")
        .hasMessageContaining("manifest.properties");
  }

  @Test
  void namesPlatformsThatAreNotSupportedYet() {
    assertThatThrownBy(() -> LibraryFile.all(NativePlatform.WINDOWS_X86_64))
        .isInstanceOf(NativeLoadException.class)
        .hasMessageContaining("windows-x86_64")
        .hasMessageContaining("expected linux-x86_64 or linux-arm64");
  }

  private String file(String name, byte[] content) throws IOException {
    return Files.write(temporary.resolve(name), content).toString();
  }

  private LoadedNatives load() {
    return load(new MountTable(List.of()));
  }

  /** Loads into an arena that closes at once, so that the fakes do not stay in this JVM. */
  private LoadedNatives load(MountTable mounts) {
    NativeSettings settings = new NativeSettings(properties::get, environment::get);
    try (Arena arena = Arena.ofConfined()) {
      return NativeLoader.load(PLATFORM, settings, bundle, mounts, arena).natives();
    }
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertFails() {
    return assertThatThrownBy(this::load).isInstanceOf(NativeLoadException.class);
  }
}
