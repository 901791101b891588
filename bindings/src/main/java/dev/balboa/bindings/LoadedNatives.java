package dev.balboa.bindings;

import java.util.List;
import java.util.Optional;

/**
 * What was loaded, from where and in which version. Immutable; safe to share between threads.
 *
 * @param platform the platform the libraries were chosen for
 * @param libraries the libraries, in the order they were loaded
 * @param notes remarks on the choice, such as a dependency that was left to the system's linker
 */
public record LoadedNatives(NativePlatform platform, List<Library> libraries, List<String> notes) {

  /** Where a library came from. */
  public enum Source {
    /** A file named by a setting. */
    FILE,
    /** A file found in a directory named by a setting, or beside the library that needs it. */
    DIRECTORY,
    /** The system's dynamic linker found it by its name. */
    SYSTEM,
    /** The copy inside Balboa's own jar, extracted into the cache. */
    BUNDLED
  }

  /**
   * One loaded library.
   *
   * @param name logical name, such as {@code dnnl}
   * @param source where it came from
   * @param location the file it was mapped from
   * @param chosenBy the setting that chose it, or the word {@code default}
   * @param version version the library reports of itself; empty for pure dependencies
   */
  public record Library(
      String name, Source source, String location, String chosenBy, String version) {}

  /** Copies the lists. */
  public LoadedNatives {
    libraries = List.copyOf(libraries);
    notes = List.copyOf(notes);
  }

  /** Returns the library with the logical name, or nothing if it was not loaded by itself. */
  public Optional<Library> library(String name) {
    return libraries.stream().filter(library -> library.name().equals(name)).findFirst();
  }

  /** Returns a text of several lines for logs and bug reports. */
  public String describe() {
    StringBuilder text =
        new StringBuilder("native libraries (").append(platform.id()).append(")\n");
    for (Library library : libraries) {
      text.append(
          "  %-14s %-9s %s [%s]%n"
              .formatted(library.name(), library.source(), library.location(), library.chosenBy()));
      if (!library.version().isEmpty()) {
        text.append("  %-14s version   %s%n".formatted("", library.version()));
      }
    }
    for (String note : notes) {
      text.append("  note: ").append(note).append('\n');
    }
    return text.toString();
  }
}
