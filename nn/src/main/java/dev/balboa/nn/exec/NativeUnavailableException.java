package dev.balboa.nn.exec;

/**
 * The native backend was asked for and cannot be had; the cause says which library and where it was
 * looked for.
 */
public final class NativeUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NativeUnavailableException(Throwable cause) {
    super("the native backend is not available: " + cause.getMessage(), cause);
  }
}
