package dev.balboa.nn.data;

import java.io.Serial;

/** A dataset failed while a {@link DataLoader} read from it; the cause tells how. */
public final class DataLoadingException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final int sample;

  DataLoadingException(String message, int sample, Throwable cause) {
    super(message, cause);
    this.sample = sample;
  }

  /** What happened on another thread, with where this one learns of it. */
  DataLoadingException(DataLoadingException elsewhere) {
    this(elsewhere.getMessage(), elsewhere.sample, elsewhere.getCause());
  }

  /** The index in the dataset of the sample that could not be read; -1 if it was none of them. */
  public int sample() {
    return sample;
  }
}
