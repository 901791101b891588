package dev.balboa.nn.data;

import java.io.Serial;

/** A dataset failed while a {@link DataLoader} read from it; the cause tells how. */
public final class DataLoadingException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  DataLoadingException(String message, Throwable cause) {
    super(message, cause);
  }
}
