package dev.balboa.examples.data;

import java.nio.file.Path;
import java.util.Map;

/** Where fetched data are kept: outside the checkout, so that cleaning a build keeps them. */
public final class DataCache {
  private DataCache() {}

  /** {@code $XDG_CACHE_HOME/balboa/data}, without that variable {@code ~/.cache/balboa/data}. */
  public static Path directory() {
    return directory(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  /** The XDG base directory specification ignores relative paths. */
  static Path directory(Map<String, String> environment, Path home) {
    String base = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path cache =
        !base.isEmpty() && Path.of(base).isAbsolute() ? Path.of(base) : home.resolve(".cache");
    return cache.resolve("balboa").resolve("data");
  }
}
