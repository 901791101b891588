package dev.balboa.nn.exec;

import dev.balboa.nn.backend.onednn.NativeBackend;
import dev.balboa.nn.backend.reference.ReferenceBackend;

/**
 * The two executors of a process, each with one cache of prepared operations that all threads
 * share.
 *
 * <p>The reference executor never touches native code, so it runs where the native libraries are
 * missing.
 */
public final class Executors {
  private Executors() {}

  private static final class Native {
    static final EagerExecutor EXECUTOR = new EagerExecutor(NativeBackend.create());
    static final Execution ROOT = Execution.root(EXECUTOR);
  }

  private static final class Reference {
    static final EagerExecutor EXECUTOR = new EagerExecutor(ReferenceBackend.create());
  }

  /**
   * Runs on oneDNN, OpenBLAS and Balboa's kernels.
   *
   * @throws dev.balboa.nn.exec.NativeUnavailableException with every place tried when a library
   *     cannot be loaded
   */
  public static EagerExecutor nativeExecutor() {
    return root().eager();
  }

  /** Runs on plain Java loops. */
  public static EagerExecutor reference() {
    return Reference.EXECUTOR;
  }

  static Execution root() {
    try {
      return Native.ROOT;
    } catch (ExceptionInInitializerError e) {
      throw new NativeUnavailableException(e.getCause());
    } catch (NoClassDefFoundError e) {
      throw new NativeUnavailableException(e.getCause() == null ? e : e.getCause());
    }
  }
}
