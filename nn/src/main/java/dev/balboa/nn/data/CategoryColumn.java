package dev.balboa.nn.data;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;

/** Texts of which each is a category. */
record CategoryColumn(String name, boolean oneHot) implements TableColumn {
  @Override
  public ColumnEncoder fit(CsvTable training, boolean standardized) {
    int column = training.index(name);
    TreeSet<String> categories = new TreeSet<>();
    for (int row = 0; row < training.size(); row++) {
      if (!training.isMissing(row, column)) {
        categories.add(training.text(row, column));
      }
    }
    return new Encoder(name, oneHot, List.copyOf(categories));
  }

  private record Encoder(String name, boolean oneHot, List<String> categories)
      implements ColumnEncoder {
    @Override
    public List<String> names() {
      return oneHot
          ? categories.stream().map(category -> name + "=" + category).toList()
          : List.of(name);
    }

    @Override
    public void encode(CsvTable table, int row, float[] out, int at) throws IOException {
      int column = table.index(name);
      boolean missing = table.isMissing(row, column);
      if (missing && !oneHot) {
        throw table.error(row, column, "expected a category, got nothing");
      }
      int index = missing ? -1 : Collections.binarySearch(categories, table.text(row, column));
      if (!missing && index < 0) {
        throw table.error(
            row,
            column,
            "expected one of the categories "
                + shown()
                + ", got '"
                + table.text(row, column)
                + "'");
      }
      if (!oneHot) {
        out[at] = index;
        return;
      }
      for (int i = 0; i < categories.size(); i++) {
        out[at + i] = i == index ? 1 : 0;
      }
    }

    private String shown() {
      return categories.size() <= 20
          ? categories.toString()
          : categories.subList(0, 20) + " and " + (categories.size() - 20) + " more";
    }
  }
}
