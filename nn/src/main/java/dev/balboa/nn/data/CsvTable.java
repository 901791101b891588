package dev.balboa.nn.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The records of a CSV file (RFC 4180, UTF-8) as text, all in memory. {@link TableSchema} makes a
 * dataset of it.
 *
 * <p>Thread rule: immutable.
 */
public final class CsvTable {
  private final Path file;
  private final List<String> columns;
  private final List<String[]> rows;
  private final long[] lines;
  private final Set<String> missing;

  private CsvTable(
      Path file, List<String> columns, List<String[]> rows, long[] lines, Set<String> missing) {
    this.file = file;
    this.columns = columns;
    this.rows = rows;
    this.lines = lines;
    this.missing = missing;
  }

  /** Reads a file of the {@linkplain CsvFormat#DEFAULT usual format}. */
  public static CsvTable read(Path file) throws IOException {
    return read(file, CsvFormat.DEFAULT);
  }

  /**
   * Reads a file.
   *
   * @throws CsvException if it is not valid, or a record has more or fewer fields than there are
   *     columns
   */
  public static CsvTable read(Path file, CsvFormat format) throws IOException {
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    try (Reader in =
        new BufferedReader(new InputStreamReader(Files.newInputStream(file), decoder), 1 << 16)) {
      return read(file, new CsvParser(file, in, format.separator()), format);
    } catch (CharacterCodingException e) {
      throw new CsvException(file, e);
    }
  }

  private static CsvTable read(Path file, CsvParser parser, CsvFormat format) throws IOException {
    List<String> columns = format.columns().isEmpty() ? parser.record() : format.columns();
    if (columns == null) {
      throw new CsvException(file, 1, "expected the names of the columns, got an empty file");
    }
    if (columns.contains("") || new HashSet<>(columns).size() != columns.size()) {
      throw new CsvException(
          file, 1, "expected columns with names that differ and are not empty, got " + columns);
    }
    List<String[]> rows = new ArrayList<>();
    List<Long> lines = new ArrayList<>();
    for (List<String> row = parser.record(); row != null; row = parser.record()) {
      if (row.size() != columns.size()) {
        throw new CsvException(
            file, parser.recordLine(), "expected " + columns.size() + " fields, got " + row.size());
      }
      rows.add(row.toArray(new String[0]));
      lines.add(parser.recordLine());
    }
    Set<String> missing = new HashSet<>(format.missing());
    missing.add("");
    return new CsvTable(
        file,
        List.copyOf(columns),
        rows,
        lines.stream().mapToLong(Long::longValue).toArray(),
        missing);
  }

  /** The names of the columns. */
  public List<String> columns() {
    return columns;
  }

  /** How many records there are. */
  public int size() {
    return rows.size();
  }

  /** One field. */
  public String text(int row, String column) {
    return rows.get(row)[index(column)];
  }

  int index(String column) {
    int index = columns.indexOf(column);
    if (index < 0) {
      throw new IllegalArgumentException(
          "csv: " + file + ": expected one of the columns " + columns + ", got '" + column + "'");
    }
    return index;
  }

  String text(int row, int column) {
    return rows.get(row)[column];
  }

  boolean isMissing(int row, int column) {
    return missing.contains(rows.get(row)[column]);
  }

  CsvException error(int row, int column, String message) {
    return new CsvException(file, lines[row], "column '" + columns.get(column) + "': " + message);
  }
}
