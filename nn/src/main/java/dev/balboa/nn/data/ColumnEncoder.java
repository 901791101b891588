package dev.balboa.nn.data;

import java.io.IOException;
import java.util.List;

/** Makes numbers of the fields of a column. */
interface ColumnEncoder {
  /** The names of the numbers. */
  List<String> names();

  /** The categories that were learned, none of a number. */
  List<String> categories();

  /** Writes the numbers of a field to {@code out}, from {@code at} on. */
  void encode(CsvTable table, int row, float[] out, int at) throws IOException;
}
