package dev.balboa.examples.mnist;

import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Executors;

/** What computes. */
enum Engine {
  NATIVE,
  REFERENCE;

  EagerExecutor executor() {
    return this == NATIVE ? Executors.nativeExecutor() : Executors.reference();
  }

  /** Sets the number of native threads, before the native libraries are loaded. */
  static void threads(Integer count) {
    if (count == null) {
      return;
    }
    if (count < 1) {
      throw new IllegalArgumentException("expected --threads >= 1, got " + count);
    }
    System.setProperty("balboa.threads", Integer.toString(count));
  }
}
