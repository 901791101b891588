package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.WindowPool;
import dev.balboa.nn.op.Adaptive;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Translates windows for oneDNN and for the window kernels. */
final class Windows {
  private Windows() {}

  static dev.balboa.bindings.Window of(Window w) {
    return dev.balboa.bindings.Window.of(
        array(w.stride()), dilation(w), array(w.padBefore()), array(w.padAfter()));
  }

  /** For pooling of an input [N, C, in...]: with the padding behind that ceil mode needs. */
  static dev.balboa.bindings.Window over(Window w, Shape input) {
    long[] after = new long[w.rank()];
    Arrays.setAll(after, i -> w.reachAfter(i, input.dim(i + 2)));
    return dev.balboa.bindings.Window.of(
        array(w.stride()), dilation(w), array(w.padBefore()), after);
  }

  /** Whether all windows over an input lie in it and its padding. */
  static boolean fit(Window w, Shape input) {
    return IntStream.range(0, w.rank())
        .allMatch(i -> w.reachAfter(i, input.dim(i + 2)) == w.padAfter().get(i));
  }

  /** The windows between an input and an output, for the kernels. */
  static List<WindowPool.Axis> axes(Window w, boolean countPadding, Shape input, Shape output) {
    return IntStream.range(0, w.rank())
        .mapToObj(i -> axis(w, i, countPadding, input.dim(i + 2), output.dim(i + 2)))
        .toList();
  }

  private static WindowPool.Axis axis(Window w, int i, boolean countPadding, long in, long out) {
    List<Long> first = new ArrayList<>();
    List<Long> count = new ArrayList<>();
    List<Long> divisor = new ArrayList<>();
    long step = w.dilation().get(i);
    for (long o = 0; o < out; o++) {
      long start = o * w.stride().get(i) - w.padBefore().get(i);
      long skipped = Math.max(0, Math.ceilDiv(-start, step));
      long seen = Math.min(w.kernel().get(i), Math.ceilDiv(in - start, step)) - skipped;
      first.add(start + skipped * step);
      count.add(seen);
      divisor.add(countPadding ? w.counted(i, in, o) : seen);
    }
    return new WindowPool.Axis(in, step, first, count, divisor);
  }

  /** The windows of adaptive pooling between an input and an output, for the kernels. */
  static List<WindowPool.Axis> adaptive(Shape input, Shape output) {
    return IntStream.range(2, input.rank())
        .mapToObj(i -> adaptive(input.dim(i), output.dim(i)))
        .toList();
  }

  private static WindowPool.Axis adaptive(long in, long out) {
    List<Long> first = LongStream.range(0, out).mapToObj(o -> Adaptive.first(o, in, out)).toList();
    List<Long> count =
        LongStream.range(0, out)
            .mapToObj(o -> Adaptive.end(o, in, out) - Adaptive.first(o, in, out))
            .toList();
    return new WindowPool.Axis(in, 1, first, count, count);
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
