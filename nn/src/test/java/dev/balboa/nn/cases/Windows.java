package dev.balboa.nn.cases;

import dev.balboa.nn.op.Window;
import java.util.ArrayList;
import java.util.List;

/** Random sliding windows. */
final class Windows {
  private Windows() {}

  /** A window that fits into inputs of these spatial sizes, padding included. */
  static Window random(Draw d, List<Long> sizes, boolean pooling) {
    List<Integer> kernel = new ArrayList<>();
    List<Integer> stride = new ArrayList<>();
    List<Integer> dilation = new ArrayList<>();
    List<Integer> before = new ArrayList<>();
    List<Integer> after = new ArrayList<>();
    int most = sizes.size() == 3 ? 3 : 5;
    for (long size : sizes) {
      int k = d.between(1, most);
      int spread = d.chance(0.3) ? d.between(2, 3) : 1;
      int extent = spread * (k - 1) + 1;
      int pad = pooling ? (extent - 1) / 2 : extent;
      int left = d.flip() ? 0 : d.between(0, pad);
      int right = d.flip() ? left : d.between(0, pad);
      if (size + left + right < extent) {
        k = 1;
        spread = 1;
        left = 0;
        right = 0;
      }
      kernel.add(k);
      dilation.add(spread);
      stride.add(d.flip() ? 1 : d.between(1, 3));
      before.add(left);
      after.add(right);
    }
    return new Window(kernel, stride, dilation, before, after);
  }

  /** Sizes of {@code rank} spatial dimensions, now and then one long beside short ones. */
  static List<Long> sizes(Draw d, int rank) {
    int most = d.smooth() ? 5 : rank == 1 ? 40 : rank == 2 ? 12 : 6;
    List<Long> sizes = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      sizes.add((long) d.between(1, most));
    }
    if (!d.smooth() && d.chance(0.05)) {
      sizes.replaceAll(size -> Math.min(size, 2));
      sizes.set(d.between(0, rank - 1), d.between(200, 400) / (long) rank);
    }
    return sizes;
  }

  /** How many elements of a window there are. */
  static long taps(Window w) {
    return w.kernel().stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
  }
}
