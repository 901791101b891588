package dev.balboa.bindings;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Collects the places tried for one library, to say them all when none serves. */
final class SearchReport {
  private final String library;
  private final NativePlatform platform;
  private final List<String> tried = new ArrayList<>();
  private String current = "settings";
  private boolean binding;

  SearchReport(String library, NativePlatform platform) {
    this.library = library;
    this.platform = platform;
  }

  /** Names the place that the next rejection speaks of. */
  void trying(String chosenBy, String target) {
    current = chosenBy + ": " + target;
  }

  /** Says that a setting names the library, so that no place after it will be tried. */
  void bind() {
    binding = true;
  }

  /** Notes a place that was passed over. */
  void passed(String chosenBy, String reason) {
    tried.add(chosenBy + ": " + reason);
  }

  /** Returns the exception that lists every place, the last with the reason it failed. */
  NativeLoadException failure(LibraryRejectedException last) {
    tried.add(current + ": " + last.getMessage());
    StringBuilder text = new StringBuilder("cannot load native library ");
    text.append(library).append(" on ").append(platform.id()).append("; tried:");
    for (int i = 0; i < tried.size(); i++) {
      text.append("\n  ").append(i + 1).append(". ").append(tried.get(i));
    }
    if (binding) {
      text.append(
          "\nThe places after it were not tried: a setting that names a library is binding.");
    }
    text.append(
        "\nTo use another one set -Dbalboa.native.%s=<file>|<directory>|system".formatted(library));
    text.append(" or BALBOA_NATIVE_").append(library.toUpperCase(Locale.ROOT));
    return new NativeLoadException(text.toString(), last);
  }
}
