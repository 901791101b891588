package dev.balboa.bench;

import java.util.List;

/** The operations of the table, each at a small and a large size. */
public final class OpTable {
  private OpTable() {}

  /** Every task, in the order of the table. */
  public static List<OpTask> all() {
    return Loaded.TASKS;
  }

  private static final class Loaded {
    private static final List<OpTask> TASKS = fill();

    private static List<OpTask> fill() {
      OpRows rows = new OpRows();
      ElementRows.addTo(rows);
      NetworkRows.addTo(rows);
      return rows.tasks();
    }
  }

  static OpTask named(String key) {
    return all().stream()
        .filter(task -> task.key().equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no operation '" + key + "'"));
  }
}
