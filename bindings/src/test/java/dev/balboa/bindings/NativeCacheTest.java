package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeCacheTest {
  private static final String FILE = "libone.so.1";
  private static final MountTable NO_MOUNTS = new MountTable(List.of());

  private final int userId = Libc.effectiveUserId();
  private final byte[] content = new byte[300_000];

  @TempDir Path temporary;
  private FakeBundle bundle;
  private Path root;

  @BeforeEach
  void fillBundle() {
    new Random(7).nextBytes(content);
    bundle = new FakeBundle().with(FILE, content).seal();
    root = temporary.resolve("cache");
  }

  @Test
  void extractsOnceIntoAPrivateFile() throws Exception {
    Path first = extract();
    assertThat(first).hasBinaryContent(content).hasParent(root.resolve("hash"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first)))
        .isEqualTo("rw-------");
    assertThat(extract()).isEqualTo(first);
    assertThat(bundle.timesOpened(FILE)).isEqualTo(1);
    assertNoTemporaries();
  }

  @Test
  void trustsSizeAndTimeOfAnUntouchedFile() throws Exception {
    Path file = extract();
    FileTime time = Files.getLastModifiedTime(file);
    byte[] changed = content.clone();
    changed[1000] ^= 1;
    Files.write(file, changed);
    Files.setLastModifiedTime(file, time); // the documented limit of the cheap check
    extract();
    assertThat(bundle.timesOpened(FILE)).isEqualTo(1);
  }

  @Test
  void extractsAgainWhatWasChanged() throws Exception {
    Path file = extract();
    byte[] changed = content.clone();
    changed[1000] ^= 1;
    Files.write(file, changed);
    Files.setLastModifiedTime(file, FileTime.fromMillis(0));
    assertThat(extract()).hasBinaryContent(content);
    assertThat(bundle.timesOpened(FILE)).isEqualTo(2);
  }

  @Test
  void extractsAgainWhatWasCutShortOrDeleted() throws Exception {
    Path file = extract();
    Files.write(file, new byte[10]);
    assertThat(extract()).hasBinaryContent(content);
    Files.delete(file);
    assertThat(extract()).hasBinaryContent(content);
    assertThat(bundle.timesOpened(FILE)).isEqualTo(3);
  }

  @Test
  void digestsAGoodFileWithoutReceiptInsteadOfExtractingIt() throws Exception {
    Path file = extract();
    Path receipt = file.resolveSibling(FILE + ".receipt");
    for (String bad : new String[] {"", "garbage", "0 0 0\n"}) {
      Files.writeString(receipt, bad);
      extract();
      assertThat(receipt).content().contains(" 300000 ");
    }
    Files.delete(receipt);
    extract();
    assertThat(receipt).exists();
    assertThat(bundle.timesOpened(FILE)).isEqualTo(1);
  }

  @Test
  void replacesALinkInsteadOfFollowingIt() throws Exception {
    Path file = extract();
    Path elsewhere = Files.write(temporary.resolve("elsewhere"), content);
    Files.delete(file);
    Files.createSymbolicLink(file, elsewhere);
    assertThat(extract()).isRegularFile();
    assertThat(Files.isSymbolicLink(file)).isFalse();
  }

  @Test
  void refusesABundleThatDoesNotMatchItsManifest() throws Exception {
    byte[] tampered = content.clone();
    tampered[5] ^= 1;
    bundle.with(FILE, content).seal().with(FILE, tampered);
    assertThatThrownBy(this::extract)
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("fake bundle /" + FILE + " does not match its manifest")
        .hasMessageContaining("SHA-256");
    assertThat(root.resolve("hash").resolve(FILE)).doesNotExist();
    assertNoTemporaries();
  }

  @Test
  void refusesABundleThatLacksAListedFile() throws Exception {
    bundle.without(FILE);
    assertThatThrownBy(this::extract)
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("fake bundle /" + FILE + " is missing");
    assertNoTemporaries();
  }

  @Test
  void saysWhyAFileCannotBeWritten() throws Exception {
    Path target = root.resolve("hash").resolve(FILE);
    open();
    Files.createDirectories(target.resolve("not empty")); // cannot be replaced, not even by root
    assertThatThrownBy(this::extract)
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining("cannot be extracted to " + target)
        .hasMessageContaining("-Dbalboa.native.cache=");
    assertNoTemporaries();
  }

  @Test
  void refusesANoexecMountBeforeWritingAnything() throws Exception {
    String line = "tmpfs " + temporary.toRealPath() + " tmpfs rw,nosuid,noexec 0 0\n";
    MountTable mounts = MountTable.parse(line);
    assertThatThrownBy(() -> NativeCache.open(root, "hash", bundle, mounts, userId))
        .isInstanceOf(LibraryRejectedException.class)
        .hasMessageContaining(temporary.toRealPath() + ", which is mounted noexec")
        .hasMessageContaining("-Dbalboa.native.cache=");
    assertThat(root.resolve("hash")).isEmptyDirectory();
  }

  @Test
  void removesOldTemporariesAndLeavesFreshOnes() throws Exception {
    open();
    Path old = Files.writeString(root.resolve("hash").resolve(".x.1.1.tmp"), "old");
    Path fresh = Files.writeString(root.resolve("hash").resolve(".x.1.2.tmp"), "fresh");
    Files.setLastModifiedTime(old, FileTime.fromMillis(System.currentTimeMillis() - 7_200_000));
    extract();
    assertThat(old).doesNotExist();
    assertThat(fresh).exists();
  }

  @Test
  void letsManyThreadsExtractAtOnce() throws Exception {
    int threads = 8;
    CountDownLatch start = new CountDownLatch(threads);
    List<Future<Path>> results = new ArrayList<>();
    try (var executor = Executors.newFixedThreadPool(threads)) {
      for (int i = 0; i < threads; i++) {
        results.add(
            executor.submit(() -> {
              start.countDown();
              start.await();
              return extract();
            }));
      }
      for (Future<Path> result : results) {
        assertThat(result.get()).hasBinaryContent(content);
      }
    }
    assertNoTemporaries();
  }

  @Test
  void readsTheManifestOfABundle() throws Exception {
    assertThat(NativeManifest.read(bundle).entry(FILE).orElseThrow().bytes())
        .isEqualTo(content.length);
    FakeBundle broken =
        new FakeBundle()
            .with(NativeBundle.MANIFEST, "load.order=\\uZZZZ".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> NativeManifest.read(broken)).hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> NativeManifest.read(new FakeBundle()))
        .hasMessageContaining("carries no libraries for this platform");
  }

  private NativeCache open() throws LibraryRejectedException {
    return NativeCache.open(root, "hash", bundle, NO_MOUNTS, userId);
  }

  private Path extract() throws LibraryRejectedException {
    return open().extract(NativeManifest.read(bundle).entry(FILE).orElseThrow());
  }

  private void assertNoTemporaries() throws Exception {
    try (var files = Files.list(root.resolve("hash"))) {
      assertThat(files.filter(file -> file.toString().endsWith(".tmp"))).isEmpty();
    }
  }
}
