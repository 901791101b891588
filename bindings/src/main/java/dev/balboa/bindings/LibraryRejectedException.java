package dev.balboa.bindings;

/**
 * One candidate library was refused. The message is the reason alone; {@link NativeLoader} adds the
 * place and turns the collected reasons into a {@link NativeLoadException}.
 */
final class LibraryRejectedException extends Exception {
  private static final long serialVersionUID = 1L;

  LibraryRejectedException(String reason) {
    super(reason);
  }

  LibraryRejectedException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
