package dev.balboa.nn.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which columns of a table become inputs and which the label:
 *
 * <pre>{@code
 * TableEncoder encoder =
 *     new TableSchema()
 *         .number("age")
 *         .numberOrMean("income")
 *         .oneHot("city")
 *         .labelClass("bought")
 *         .standardized()
 *         .fit(training);
 * Dataset train = encoder.encode(training);
 * Dataset test = encoder.encode(CsvTable.read(testFile));
 * }</pre>
 *
 * <p>What depends on the data (means, deviations, categories) is learned from the training table
 * alone by {@link #fit}. Columns that are not named are left out.
 *
 * <p>Thread rule: used by one thread.
 */
public final class TableSchema {
  private final List<TableColumn> features = new ArrayList<>();
  private TableColumn label;
  private boolean standardized;

  /** No columns yet. */
  public TableSchema() {}

  /** A decimal number, such as {@code -1.5e3}; a missing one is an error. */
  public TableSchema number(String column) {
    return feature(new NumberColumn(column, NumberColumn.REFUSED));
  }

  /** A decimal number; a missing one becomes {@code otherwise}. */
  public TableSchema number(String column, double otherwise) {
    if (!Double.isFinite(otherwise)) {
      throw new IllegalArgumentException(
          "table: expected a finite number for missing ones, got " + otherwise);
    }
    return feature(new NumberColumn(column, otherwise));
  }

  /** A decimal number; a missing one becomes the mean of the training table. */
  public TableSchema numberOrMean(String column) {
    return feature(new NumberColumn(column, NumberColumn.MEAN));
  }

  /**
   * A category as a one among zeros, a place for each category of the training table in
   * alphabetical order; all zeros if it is missing.
   */
  public TableSchema oneHot(String column) {
    return feature(new CategoryColumn(column, true));
  }

  /**
   * A category as its index, in alphabetical order, among those of the training table: for
   * embeddings. A missing one is an error.
   */
  public TableSchema index(String column) {
    return feature(new CategoryColumn(column, false));
  }

  /** The label is a category, as its index in alphabetical order: a scalar I32. */
  public TableSchema labelClass(String column) {
    label = new CategoryColumn(column, false);
    return this;
  }

  /** The label is a number: F32 [1]. */
  public TableSchema labelNumber(String column) {
    label = new NumberColumn(column, NumberColumn.REFUSED);
    return this;
  }

  /**
   * Inputs that are numbers become (x - mean) / deviation, both of the training table; a number
   * that is always the same there becomes 0.
   */
  public TableSchema standardized() {
    standardized = true;
    return this;
  }

  private TableSchema feature(TableColumn column) {
    features.add(column);
    return this;
  }

  /**
   * Learns what depends on the data.
   *
   * @throws CsvException if a field of the table is not what its column should be
   * @throws IllegalArgumentException if the table lacks a column
   * @throws IllegalStateException if no input or no label was named
   */
  public TableEncoder fit(CsvTable training) throws IOException {
    if (features.isEmpty() || label == null) {
      throw new IllegalStateException("table: name at least one column of inputs, and the label");
    }
    List<ColumnEncoder> encoders = new ArrayList<>();
    for (TableColumn column : features) {
      encoders.add(column.fit(training, standardized));
    }
    return new TableEncoder(encoders, label.fit(training, false));
  }
}
