package dev.balboa.nn.data;

import java.io.IOException;
import java.io.Serial;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;

/**
 * A file is not the table that it should be; the message names the file and, where it can, the
 * line.
 */
public final class CsvException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  CsvException(Path file, long line, String message) {
    super("csv: " + file + ", line " + line + ": " + message);
  }

  /** The file is not text; decoding runs ahead of lines, so it is not known where. */
  CsvException(Path file, CharacterCodingException cause) {
    super("csv: " + file + ": expected UTF-8, got other bytes", cause);
  }
}
