package dev.balboa.nn.backend.onednn;

import dev.balboa.nn.op.Window;
import java.util.List;

/** Translates windows. */
final class Windows {
  private Windows() {}

  static dev.balboa.bindings.Window of(Window w) {
    return dev.balboa.bindings.Window.of(
        array(w.stride()), array(w.dilation()), array(w.padBefore()), array(w.padAfter()));
  }

  static long[] kernel(Window w) {
    return array(w.kernel());
  }

  private static long[] array(List<Integer> values) {
    return values.stream().mapToLong(Integer::longValue).toArray();
  }
}
