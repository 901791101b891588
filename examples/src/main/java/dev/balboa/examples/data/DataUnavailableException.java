package dev.balboa.examples.data;

import java.io.IOException;

/** Data could not be fetched: the tool that does it is missing, or there is no network. */
public final class DataUnavailableException extends IOException {
  private static final long serialVersionUID = 1;

  DataUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
