package dev.balboa.nn.data;

import java.util.List;

/**
 * How a table is written.
 *
 * @param separator between fields
 * @param columns names of the columns; empty if the first line has them
 * @param missing texts that stand for a value that is not known, the empty one always
 */
public record CsvFormat(char separator, List<String> columns, List<String> missing) {
  /** Commas, names in the first line, and only empty fields missing. */
  public static final CsvFormat DEFAULT = new CsvFormat(',', List.of(), List.of());

  /** Checks the separator. */
  public CsvFormat {
    columns = List.copyOf(columns);
    missing = List.copyOf(missing);
    if (separator == '"' || separator == '\n' || separator == '\r') {
      throw new IllegalArgumentException(
          "csv: expected a separator other than quotes and line ends, got character "
              + (int) separator);
    }
  }

  /** The same with other separators. */
  public CsvFormat separatedBy(char character) {
    return new CsvFormat(character, columns, missing);
  }

  /** The same for files without names in the first line. */
  public CsvFormat withColumns(String... names) {
    return new CsvFormat(separator, List.of(names), missing);
  }

  /** The same with texts such as {@code ?} or {@code NA} that stand for a missing value. */
  public CsvFormat withMissing(String... texts) {
    return new CsvFormat(separator, columns, List.of(texts));
  }
}
