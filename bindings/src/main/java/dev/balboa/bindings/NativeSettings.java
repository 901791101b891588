package dev.balboa.bindings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The settings that decide where native libraries come from: system properties first, then
 * environment variables.
 *
 * <ul>
 *   <li>{@code balboa.native.<library>} / {@code BALBOA_NATIVE_<LIBRARY>}: a file, a directory that
 *       holds the library, or the word {@code system}
 *   <li>{@code balboa.native.dir} / {@code BALBOA_NATIVE_DIR}: a directory searched for every
 *       library
 *   <li>{@code balboa.native.cache} / {@code BALBOA_NATIVE_CACHE}: where bundled libraries are
 *       extracted to; default {@code $XDG_CACHE_HOME/balboa/natives}, else {@code
 *       ~/.cache/balboa/natives}
 * </ul>
 *
 * <p>An empty value counts as not set.
 *
 * @param property looks up a system property; null if absent
 * @param environment looks up an environment variable; null if absent
 */
record NativeSettings(UnaryOperator<String> property, UnaryOperator<String> environment) {
  static final String CACHE_HINT =
      "set -Dbalboa.native.cache=<directory> or BALBOA_NATIVE_CACHE=<directory>";

  private static final String SYSTEM = "system";

  /** A place to look for a library, with the setting that named it. */
  sealed interface Candidate {
    /** The setting in words, for messages. */
    String setting();

    /** A path to a file or to a directory; naming it is a promise that the library is there. */
    record Named(String setting, Path path) implements Candidate {}

    /** A directory that may or may not hold the library. */
    record Directory(String setting, Path path) implements Candidate {}

    /** The system's dynamic linker. */
    record SystemLinker(String setting) implements Candidate {}
  }

  static NativeSettings ofProcess() {
    return new NativeSettings(System::getProperty, System::getenv);
  }

  /** Returns the places that settings name for the library, the strongest first. */
  List<Candidate> candidates(String library) throws LibraryRejectedException {
    String suffix = library.toUpperCase(Locale.ROOT);
    List<Candidate> found = new ArrayList<>();
    addNamed(found, property, "property balboa.native." + library, "balboa.native." + library);
    addDirectory(found, property, "property balboa.native.dir", "balboa.native.dir");
    addNamed(found, environment, "environment BALBOA_NATIVE_" + suffix, "BALBOA_NATIVE_" + suffix);
    addDirectory(found, environment, "environment BALBOA_NATIVE_DIR", "BALBOA_NATIVE_DIR");
    return found;
  }

  /** Returns the directory below which bundled libraries are extracted. */
  Path cacheRoot() throws LibraryRejectedException {
    String explicit = value(property, "balboa.native.cache");
    if (explicit != null) {
      return path("property balboa.native.cache", explicit);
    }
    String variable = value(environment, "BALBOA_NATIVE_CACHE");
    if (variable != null) {
      return path("environment BALBOA_NATIVE_CACHE", variable);
    }
    String xdg = value(environment, "XDG_CACHE_HOME");
    if (xdg != null && xdg.startsWith("/")) { // the XDG specification ignores relative paths
      return path("environment XDG_CACHE_HOME", xdg).resolve("balboa").resolve("natives");
    }
    String home = value(property, "user.home");
    if (home == null || home.equals("?")) {
      throw new LibraryRejectedException(
          "no cache directory: this process has no home directory; " + CACHE_HINT);
    }
    return path("property user.home", home).resolve(".cache").resolve("balboa").resolve("natives");
  }

  private static void addNamed(
      List<Candidate> found, UnaryOperator<String> values, String setting, String key)
      throws LibraryRejectedException {
    Optional<String> value = Optional.ofNullable(value(values, key));
    if (value.isPresent()) {
      String text = setting + "=" + value.get();
      found.add(
          value.get().equals(SYSTEM)
              ? new Candidate.SystemLinker(text)
              : new Candidate.Named(text, path(setting, value.get())));
    }
  }

  private static void addDirectory(
      List<Candidate> found, UnaryOperator<String> values, String setting, String key)
      throws LibraryRejectedException {
    String value = value(values, key);
    if (value != null) {
      found.add(new Candidate.Directory(setting + "=" + value, path(setting, value)));
    }
  }

  private static String value(UnaryOperator<String> values, String key) {
    String value = values.apply(key);
    return value == null || value.isBlank() ? null : value.strip();
  }

  private static Path path(String setting, String value) throws LibraryRejectedException {
    try {
      return Path.of(value).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new LibraryRejectedException(setting + "=" + value + " is not a path", e);
    }
  }
}
