package dev.balboa.nn.data;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads records of RFC 4180: fields in quotes may have separators, line ends and doubled quotes in
 * them. Strict: a quote elsewhere, text after a closing quote, a lone carriage return, or a quote
 * that is not closed is an error. Lines may end in LF alone.
 */
final class CsvParser {
  /** A field that is longer is a sign of a quote that is not closed. */
  static final int LONGEST_FIELD = 1 << 20;

  private static final int END = -1;

  private final Path file;
  private final Reader in;
  private final char separator;
  private final StringBuilder field = new StringBuilder();
  private int next;
  private long line = 1;
  private long recordLine = 1;

  CsvParser(Path file, Reader in, char separator) throws IOException {
    this.file = file;
    this.in = in;
    this.separator = separator;
    next = in.read();
    if (next == '\uFEFF') {
      next = in.read();
    }
  }

  /** Where the last record began, from 1. */
  long recordLine() {
    return recordLine;
  }

  /** The fields of the next record, {@code null} at the end. */
  List<String> record() throws IOException {
    if (next == END) {
      return null;
    }
    recordLine = line;
    List<String> fields = new ArrayList<>();
    while (true) {
      fields.add(next == '"' ? quoted() : plain());
      if (next != separator) {
        endOfRecord();
        return fields;
      }
      advance();
    }
  }

  private void endOfRecord() throws IOException {
    if (next == '\r') {
      advance();
      if (next != '\n') {
        throw error("expected a line feed after a carriage return");
      }
    }
    if (next == '\n') {
      advance();
      line++;
    }
  }

  private String plain() throws IOException {
    field.setLength(0);
    while (next != separator && next != '\n' && next != '\r' && next != END) {
      if (next == '"') {
        throw error("expected a field with a quote in it to be in quotes, the quote doubled");
      }
      append();
    }
    return field.toString();
  }

  private String quoted() throws IOException {
    field.setLength(0);
    long opened = line;
    advance();
    while (true) {
      if (next == END) {
        throw new CsvException(file, opened, "the quote that opens a field is never closed");
      }
      if (next == '"') {
        advance();
        if (next != '"') {
          break;
        }
      } else if (next == '\n') {
        line++;
      }
      append();
    }
    if (next != separator && next != '\n' && next != '\r' && next != END) {
      throw error("expected a separator or the end of the line after a closing quote");
    }
    return field.toString();
  }

  private void append() throws IOException {
    if (field.length() == LONGEST_FIELD) {
      throw error("expected fields of at most " + LONGEST_FIELD + " characters");
    }
    field.append((char) next);
    advance();
  }

  private void advance() throws IOException {
    next = in.read();
  }

  private CsvException error(String message) {
    return new CsvException(file, line, message);
  }
}
