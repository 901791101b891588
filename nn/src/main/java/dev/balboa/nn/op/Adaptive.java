package dev.balboa.nn.op;

import java.util.List;

/**
 * The windows of adaptive pooling, PyTorch's: window o of {@code out} over {@code in} elements
 * covers [floor(o in / out), ceil((o + 1) in / out)). They may overlap.
 */
public final class Adaptive {
  private Adaptive() {}

  /** The first position that window {@code o} covers. */
  public static long first(long o, long in, long out) {
    return o * in / out;
  }

  /** The position behind the last one that window {@code o} covers. */
  public static long end(long o, long in, long out) {
    return Math.ceilDiv((o + 1) * in, out);
  }

  /** The output sizes, 1 to 3 of at least 1, as an immutable list. */
  static List<Integer> checked(String name, List<Integer> output) {
    boolean fits = !output.isEmpty() && output.size() <= 3;
    Check.that(
        fits && output.stream().allMatch(n -> n >= 1),
        name,
        "1 to 3 output sizes of at least 1",
        output);
    return List.copyOf(output);
  }

  /** Checks an input [N, C, in...] and gives the shape [N, C, output...]. */
  static Shape outShape(String op, TensorSpec x, List<Integer> output) {
    Check.rank(op, "input", x, output.size() + 2);
    Check.floating(op, "input", x);
    long[] dims = x.shape().dims();
    for (int i = 0; i < output.size(); i++) {
      Check.that(dims[i + 2] >= 1, op, "at least one element in every spatial dimension", x);
      dims[i + 2] = output.get(i);
    }
    return Shape.of(dims);
  }
}
