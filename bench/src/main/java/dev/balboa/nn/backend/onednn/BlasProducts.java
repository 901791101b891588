package dev.balboa.nn.backend.onednn;

import dev.balboa.nn.exec.EagerExecutor;

/**
 * A native executor on which every matrix product is OpenBLAS's, for what is measured about
 * OpenBLAS. It is in this package, but not in this module, to choose the route.
 */
public final class BlasProducts {
  private BlasProducts() {}

  /** One with a cache of its own. */
  public static EagerExecutor executor() {
    return new EagerExecutor(NativeBackend.with(GemmPolicy.always(GemmRoute.BLAS)));
  }
}
