package dev.balboa.nn.data;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Decimal numbers.
 *
 * @param missing what a missing one becomes, {@link #REFUSED} or {@link #MEAN}
 */
record NumberColumn(String name, double missing) implements TableColumn {
  static final double REFUSED = Double.POSITIVE_INFINITY;
  static final double MEAN = Double.NEGATIVE_INFINITY;

  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,4})?");

  @Override
  public ColumnEncoder fit(CsvTable training, boolean standardized) throws IOException {
    int column = training.index(name);
    double sum = 0;
    double squares = 0;
    long count = 0;
    for (int row = 0; row < training.size(); row++) {
      if (!training.isMissing(row, column)) {
        count++;
        double value = parse(training, row, column);
        double delta = value - sum / Math.max(1, count - 1);
        sum += value;
        squares += delta * (value - sum / count);
      } else if (missing == REFUSED) {
        parse(training, row, column);
      }
    }
    double mean = count == 0 ? 0 : sum / count;
    double deviation = count == 0 ? 0 : Math.sqrt(squares / count);
    double otherwise = missing == MEAN ? mean : missing;
    return standardized
        ? new Encoder(name, otherwise, mean, deviation == 0 ? 1 : deviation)
        : new Encoder(name, otherwise, 0, 1);
  }

  private static double parse(CsvTable table, int row, int column) throws IOException {
    String text = table.text(row, column).strip();
    if (!DECIMAL.matcher(text).matches()) {
      throw table.error(row, column, "expected a decimal number, got '" + text + "'");
    }
    double value = Double.parseDouble(text);
    if (Math.abs(value) > Float.MAX_VALUE) {
      throw table.error(row, column, "expected a number that F32 can hold, got '" + text + "'");
    }
    return value;
  }

  private record Encoder(String name, double otherwise, double mean, double deviation)
      implements ColumnEncoder {
    @Override
    public List<String> names() {
      return List.of(name);
    }

    @Override
    public List<String> categories() {
      return List.of();
    }

    @Override
    public void encode(CsvTable table, int row, float[] out, int at) throws IOException {
      int column = table.index(name);
      double value =
          table.isMissing(row, column) && otherwise != REFUSED
              ? otherwise
              : parse(table, row, column);
      out[at] = (float) ((value - mean) / deviation);
    }
  }
}
