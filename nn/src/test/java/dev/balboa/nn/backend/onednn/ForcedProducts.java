package dev.balboa.nn.backend.onednn;

import dev.balboa.nn.exec.EagerExecutor;
import java.util.Arrays;
import java.util.List;

/** Native executors on which every matrix product takes one route where it can. */
public final class ForcedProducts {
  private ForcedProducts() {}

  /** The names of all routes. */
  public static List<String> routes() {
    return Arrays.stream(GemmRoute.values()).map(Enum::name).toList();
  }

  /** An executor with a cache of its own. */
  public static EagerExecutor on(String route) {
    return new EagerExecutor(NativeBackend.with(GemmPolicy.always(GemmRoute.valueOf(route))));
  }
}
