package dev.balboa.nn.data;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/** A file is not the IDX file it should be; the message names file and byte offset. */
public final class IdxException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  IdxException(Path file, long offset, String message) {
    super("idx: " + file + ", at byte " + offset + ": " + message);
  }
}
