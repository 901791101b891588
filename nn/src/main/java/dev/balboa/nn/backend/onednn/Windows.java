package dev.balboa.nn.backend.onednn;

import dev.balboa.nn.op.Window;
import java.util.List;

/** Translates windows. */
final class Windows {
  private Windows() {}

  static dev.balboa.bindings.Window of(Window w) {
    return dev.balboa.bindings.Window.of(
        array(w.stride()), dilation(w), array(w.padBefore()), array(w.padAfter()));
  }

  /** Dense where there is one tap only: oneDNN refuses distances that are larger than the input. */
  private static long[] dilation(Window w) {
    long[] dilation = array(w.dilation());
    for (int i = 0; i < dilation.length; i++) {
      dilation[i] = w.kernel().get(i) == 1 ? 1 : dilation[i];
    }
    return dilation;
  }

  static long[] kernel(Window w) {
    return array(w.kernel());
  }

  private static long[] array(List<Integer> values) {
    return values.stream().mapToLong(Integer::longValue).toArray();
  }
}
