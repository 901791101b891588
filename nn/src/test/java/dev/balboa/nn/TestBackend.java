package dev.balboa.nn;

import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Executors;

/** The backends that a test runs on. */
public enum TestBackend {
  REFERENCE,
  NATIVE;

  /** The backend's executor. */
  public EagerExecutor executor() {
    return this == REFERENCE ? Executors.reference() : Executors.nativeExecutor();
  }
}
