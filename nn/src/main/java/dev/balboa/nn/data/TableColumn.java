package dev.balboa.nn.data;

import java.io.IOException;

/** What a column is. */
sealed interface TableColumn permits NumberColumn, CategoryColumn {
  /** Learns from the training table how to encode the column. */
  ColumnEncoder fit(CsvTable training, boolean standardized) throws IOException;
}
