package dev.balboa.nn.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a {@link Profiler} measured: a snapshot. */
public final class Profile {
  /** What makes one row of a table. */
  public enum Grouping {
    /** A layer, all its operations together. */
    LAYER,
    /** An operation, of all layers together. */
    OPERATION,
    /** An operation of a layer. */
    BOTH
  }

  private final List<ProfileEntry> entries;
  private final long wallNanos;
  private final List<TraceEvent> events;

  Profile(List<ProfileEntry> entries, long wallNanos, List<TraceEvent> events) {
    this.entries = List.copyOf(entries);
    this.wallNanos = wallNanos;
    this.events = List.copyOf(events);
  }

  /** The costs, the longest first. */
  public List<ProfileEntry> entries(Grouping grouping) {
    Map<List<String>, ProfileEntry> groups = new LinkedHashMap<>();
    for (ProfileEntry entry : entries) {
      String layer = grouping == Grouping.OPERATION ? "" : entry.layer();
      String operation = grouping == Grouping.LAYER ? "" : entry.operation();
      ProfileEntry nothing = new ProfileEntry(layer, operation, 0, 0, 0, 0, 0);
      groups.merge(
          List.of(layer, operation),
          nothing.plus(entry, layer, operation),
          (a, b) -> a.plus(b, layer, operation));
    }
    List<ProfileEntry> sorted = new ArrayList<>(groups.values());
    sorted.sort(Comparator.comparingLong(ProfileEntry::nanos).reversed());
    return sorted;
  }

  /** Everything together. */
  public ProfileEntry total() {
    ProfileEntry total = new ProfileEntry("", "", 0, 0, 0, 0, 0);
    for (ProfileEntry entry : entries) {
      total = total.plus(entry, "", "");
    }
    return total;
  }

  /** Time since the profiler was started or reset, also between the operations. */
  public long wallNanos() {
    return wallNanos;
  }

  /** The costs as text, the longest first, with what each is of the whole time. */
  public String table(Grouping grouping) {
    return new ProfileTable(this, grouping).text();
  }

  /** The operations one by one, as far as they were kept. */
  List<TraceEvent> events() {
    return events;
  }

  /** The table by layers. */
  @Override
  public String toString() {
    return table(Grouping.LAYER);
  }
}
