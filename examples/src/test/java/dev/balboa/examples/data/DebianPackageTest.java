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
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With programs that behave like apt-get and dpkg-deb: a package is a file, its contents fixed. */
@Timeout(60)
class DebianPackageTest {
  private static final String UNPACK =
      "mkdir -p \"$3/usr/share/p\" && printf aaa > \"$3/usr/share/p/a\"";

  private final ByteArrayOutputStream told = new ByteArrayOutputStream();
  private final PrintStream log = new PrintStream(told, true, StandardCharsets.UTF_8);
  @TempDir private Path directory;

  private static String sha256(String content) {
    try {
      byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private Path cache() {
    return directory.resolve("cache");
  }

  private Apt apt(String download, String unpack) throws IOException {
    String apt = TestArchive.npm(directory, download).command();
    return new Apt(apt, TestArchive.npm(directory, unpack).command(), Duration.ofSeconds(20));
  }

  private static DebianPackage pinned(String archive, String file) {
    return new DebianPackage("p", "1.0-2", sha256(archive), Map.of(file, sha256("aaa")));
  }

  @Test
  void fetchesOnceAndKeepsWhatIsNamedOnly() throws IOException {
    Apt apt = apt("printf deb > p_1.0-2_all.deb", UNPACK + " && touch \"$3/usr/share/p/other\"");
    DebianPackage pack = pinned("deb", "usr/share/p/a");
    Path got = pack.fetch(cache(), apt, log);
    assertThat(got).isEqualTo(cache().resolve("p-1.0-2")).isDirectoryNotContaining("glob:**other");
    assertThat(got.resolve("a")).hasContent("aaa");
    Apt missing = new Apt("balboa-no-such-apt", "none", Duration.ofSeconds(5));
    assertThat(pack.fetch(cache(), missing, log)).isEqualTo(got);
    assertThat(told.toString(StandardCharsets.UTF_8)).contains("fetching p 1.0-2 with apt-get");
  }

  /** Where the machine's lists know no such package, lists of our own are fetched first. */
  @Test
  void updatesListsOfItsOwn() throws IOException {
    String script =
        "if [ $1 = update ]; then touch updated; exit 0; fi\n"
            + "test -e updated && printf deb > p_1.0-2_all.deb";
    Path got = pinned("deb", "usr/share/p/a").fetch(cache(), apt(script, UNPACK), log);
    assertThat(got.resolve("a")).hasContent("aaa");
  }

  @Test
  void refusesWhatIsNotPinned() throws IOException {
    Apt apt = apt("printf deb > p_1.0-2_all.deb", UNPACK);
    assertThatThrownBy(() -> pinned("other", "usr/share/p/a").fetch(cache(), apt, log))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageContaining("expected an archive of SHA-256 " + sha256("other"));
    assertThatThrownBy(() -> pinned("deb", "usr/share/p/b").fetch(cache(), apt, log))
        .hasMessageContaining("there is no usr/share/p/b");
    Apt bad = apt("printf deb > p_1.0-2_all.deb", UNPACK + " && printf b > \"$3/usr/share/p/a\"");
    assertThatThrownBy(() -> pinned("deb", "usr/share/p/a").fetch(cache(), bad, log))
        .hasMessageContaining("a: expected SHA-256");
    assertThat(cache()).isEmptyDirectory();
  }

  @Test
  void saysWhatIsMissingOrFails() throws IOException {
    DebianPackage pack = pinned("deb", "usr/share/p/a");
    Apt missing = new Apt("balboa-no-such-apt", "none", Duration.ofSeconds(5));
    assertThatThrownBy(() -> pack.fetch(cache(), missing, log))
        .isInstanceOf(DataUnavailableException.class)
        .hasMessageContaining("p: cannot start balboa-no-such-apt");
    Apt failing = apt("echo 'E: Unable to locate package'; exit 100", UNPACK);
    assertThatThrownBy(() -> pack.fetch(cache(), failing, log))
        .isInstanceOf(DataUnavailableException.class)
        .hasMessageContaining("failed with exit status 100: E: Unable to locate package");
  }

  @Test
  void fetchesAWholeDirectory() throws IOException {
    String unpack = UNPACK + " && mkdir \"$3/usr/share/p/d\" && printf bb > \"$3/usr/share/p/d/b\"";
    Apt apt = apt("printf deb > p_1.0-2_all.deb", unpack);
    String zeros = "\0".repeat(8);
    String contents = sha256("a" + zeros + "\3aaa" + "d/b" + zeros + "\2bb");
    DebianTree tree = new DebianTree("p", "1.0-2", sha256("deb"), "usr/share/p", contents);
    Path got = tree.fetch(cache(), apt, log);
    assertThat(got).isEqualTo(cache().resolve("p-1.0-2"));
    assertThat(got.resolve("d/b")).hasContent("bb");

    Files.writeString(got.resolve("d/b"), "cc");
    Path archive = Files.writeString(directory.resolve("other.deb"), "deb");
    assertThat(tree.unpack(archive, cache(), apt, log).resolve("d/b")).hasContent("bb");
    assertThat(told.toString(StandardCharsets.UTF_8))
        .contains("damaged and fetched again", "other");

    Path wrong = Files.writeString(directory.resolve("wrong.deb"), "xyz");
    assertThatThrownBy(() -> tree.unpack(wrong, directory.resolve("new"), apt, log))
        .hasMessageContaining("expected an archive of SHA-256 " + sha256("deb"));
    DebianTree other = new DebianTree("p", "1.0-2", sha256("deb"), "usr/share/p", sha256("deb"));
    assertThatThrownBy(() -> other.fetch(directory.resolve("new"), apt, log))
        .hasMessageContaining("expected contents of SHA-256 " + sha256("deb"));
  }
}
