package dev.balboa.nn.io;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/** A file is not a valid safetensors file; the message names the file and what is wrong. */
public final class SafetensorsException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  SafetensorsException(Path file, String message) {
    super("safetensors: " + file + ": " + message);
  }
}
