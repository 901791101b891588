package dev.balboa.bindings;

/**
 * The native libraries could not be loaded. The message names every place that was tried with the
 * reason each was refused, and the settings that change it.
 *
 * <p>It is a {@link RuntimeException} and not a {@link LinkageError}: what went wrong is a matter
 * of configuration (a path, a cache directory, a missing package), not of damaged bytecode, and a
 * service may well want to catch it, report it and choose the reference backend by itself. Nothing
 * in this module makes that choice for it.
 */
public final class NativeLoadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NativeLoadException(String message) {
    super(message);
  }

  NativeLoadException(String message, Throwable cause) {
    super(message, cause);
  }
}
