package dev.balboa.nn.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A profile as text. */
final class ProfileTable {
  private final Profile profile;
  private final Profile.Grouping grouping;
  private final List<List<String>> rows = new ArrayList<>();

  ProfileTable(Profile profile, Profile.Grouping grouping) {
    this.profile = profile;
    this.grouping = grouping;
  }

  String text() {
    rows.add(
        List.of(
            switch (grouping) {
              case LAYER -> "Layer";
              case OPERATION -> "Operation";
              case BOTH -> "Layer: operation";
            },
            "Calls",
            "Forward ms",
            "Backward ms",
            "Total ms",
            "Share",
            "Mean us",
            "Allocated",
            "Peak live"));
    profile.entries(grouping).forEach(entry -> add(name(entry), entry));
    add("all operations", profile.total());
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : rows) {
      out.append(String.format(Locale.ROOT, "%-" + widths[0] + "s", row.getFirst()));
      for (int i = 1; i < widths.length; i++) {
        out.append(String.format(Locale.ROOT, "  %" + widths[i] + "s", row.get(i)));
      }
      out.append(System.lineSeparator());
    }
    long between = profile.wallNanos() - profile.total().nanos();
    return out.append(
            String.format(
                Locale.ROOT,
                "%.2f ms in all, %.2f ms of it (%.1f %%) outside of operations%n",
                profile.wallNanos() * 1e-6,
                between * 1e-6,
                100.0 * between / profile.wallNanos()))
        .toString();
  }

  private String name(ProfileEntry entry) {
    String layer = entry.layer().isEmpty() ? "(no layer)" : entry.layer();
    return switch (grouping) {
      case LAYER -> layer;
      case OPERATION -> entry.operation();
      case BOTH -> layer + ": " + entry.operation();
    };
  }

  private void add(String name, ProfileEntry entry) {
    rows.add(
        List.of(
            name,
            String.format(Locale.ROOT, "%,d", entry.calls()),
            milliseconds(entry.forwardNanos()),
            milliseconds(entry.backwardNanos()),
            milliseconds(entry.nanos()),
            String.format(Locale.ROOT, "%.1f %%", 100.0 * entry.nanos() / profile.wallNanos()),
            String.format(Locale.ROOT, "%.1f", entry.calls() == 0 ? 0 : entry.meanNanos() * 1e-3),
            bytes(entry.bytes()),
            bytes(entry.peakBytes())));
  }

  private static String milliseconds(long nanos) {
    return String.format(Locale.ROOT, "%.2f", nanos * 1e-6);
  }

  private static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = -1;
    while (value >= 1024 && unit < 3) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %ciB", value, "KMGT".charAt(unit));
  }
}
