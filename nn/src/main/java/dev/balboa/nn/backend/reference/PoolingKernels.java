package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.AdaptiveAvgPool;
import dev.balboa.nn.op.AdaptiveAvgPoolBackward;
import dev.balboa.nn.op.AdaptiveMaxPool;
import dev.balboa.nn.op.AvgPool;
import dev.balboa.nn.op.AvgPoolBackward;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.MaxPoolBackward;
import dev.balboa.nn.op.MaxPoolGather;
import dev.balboa.nn.op.MaxPoolWithIndices;
import dev.balboa.nn.op.MaxUnpool;
import dev.balboa.nn.op.PoolingOp;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Window;
import java.util.Arrays;
import java.util.List;

/** Pooling, plane by plane. */
final class PoolingKernels {
  private final PoolWindow window;
  private final int planes;

  private PoolingKernels(Window window, Shape input, Shape output) {
    this(new SpatialWindow(window, input, output), input);
  }

  private PoolingKernels(PoolWindow window, Shape input) {
    this.window = window;
    this.planes = Math.toIntExact(input.dim(0) * input.dim(1));
  }

  static Prepared prepare(PoolingOp op, Call call) {
    return switch (op) {
      case MaxPool o -> maxPool(o, call);
      case MaxPoolBackward o -> maxPoolBackward(o, call);
      case MaxPoolGather o -> {
        var kernels = new PoolingKernels(o.window(), call.in(0), call.out(0));
        yield call.plain(kernels::gather);
      }
      case MaxPoolWithIndices o -> {
        var kernels = new PoolingKernels(o.window(), call.in(0), call.out(0));
        yield call.plain(kernels::max);
      }
      case MaxUnpool o -> {
        Shape y = call.in(0);
        int count = Math.toIntExact(y.slice(2, y.rank()).size());
        yield call.plain((in, out) -> unpool(o, count, in, out[0].reals()));
      }
      case AvgPool o -> {
        var kernels = new PoolingKernels(o.window(), call.in(0), call.out(0));
        double[] by = kernels.divisors(o.window(), o.countPadding(), call.in(0), call.out(0));
        yield call.plain((in, out) -> kernels.mean(by, in, out[0].reals()));
      }
      case AvgPoolBackward o -> {
        var kernels = new PoolingKernels(o.window(), o.inputShape(), call.in(0));
        double[] by = kernels.divisors(o.window(), o.countPadding(), o.inputShape(), call.in(0));
        yield call.plain((in, out) -> kernels.spread(by, in, out[0].reals()));
      }
      case AdaptiveAvgPool _ -> {
        var kernels = adaptive(call.in(0), call.out(0));
        yield call.plain((in, out) -> kernels.mean(kernels.sizes(), in, out[0].reals()));
      }
      case AdaptiveAvgPoolBackward o -> {
        var kernels = adaptive(o.inputShape(), call.in(0));
        yield call.plain((in, out) -> kernels.spread(kernels.sizes(), in, out[0].reals()));
      }
      case AdaptiveMaxPool _ -> call.plain(adaptive(call.in(0), call.out(0))::max);
    };
  }

  private static PoolingKernels adaptive(Shape input, Shape output) {
    return new PoolingKernels(new AdaptiveWindow(input, output), input);
  }

  private static Prepared maxPool(MaxPool op, Call call) {
    var kernels = new PoolingKernels(op.window(), call.in(0), call.out(0));
    if (!op.workspace()) {
      return call.plain((in, out) -> kernels.maxAlone(in[0].reals(), out[0].reals()));
    }
    var workspace = new MaxPoolWorkspace(call.in(0), call.out(0));
    return new ReferencePrepared(
        List.of(call.read(0)),
        List.of(call.write(0), workspace.access()),
        List.of(Layout.Strided.contiguous(call.out(0).dims()), workspace),
        kernels::max);
  }

  private static Prepared maxPoolBackward(MaxPoolBackward op, Call call) {
    var expected = new MaxPoolWorkspace(op.inputShape(), call.in(0));
    if (!call.layouts().get(1).equals(expected)) {
      throw new IllegalArgumentException(
          op.name() + ": expected " + expected + ", got " + call.layouts().get(1));
    }
    var kernels = new PoolingKernels(op.window(), op.inputShape(), call.in(0));
    return call.through(
        List.of(call.read(0), expected.access()), List.of(call.write(0)), kernels::scatter);
  }

  private void maxAlone(double[] x, double[] y) {
    long[] from = new long[y.length];
    argmax(x, from);
    pick(x, from, y);
  }

  private void max(Elements[] in, Elements[] out) {
    double[] x = in[0].reals();
    long[] from = out[1].wholes();
    argmax(x, from);
    pick(x, from, out[0].reals());
  }

  private void gather(Elements[] in, Elements[] out) {
    double[] y = out[0].reals();
    long[] from = new long[y.length];
    argmax(in[0].reals(), from);
    pick(in[1].reals(), from, y);
  }

  /** For each window the index, in its plane, of the first of the largest elements. */
  private void argmax(double[] x, long[] from) {
    Arrays.fill(from, -1);
    for (int p = 0; p < planes; p++) {
      int xs = p * window.inSize();
      int ys = p * window.outSize();
      window.forEach((_, candidate, y) -> {
        long best = from[ys + y];
        if (best < 0 || wins(x[xs + candidate], x[xs + (int) best])) {
          from[ys + y] = candidate;
        }
      });
    }
  }

  private static boolean wins(double candidate, double best) {
    return !Double.isNaN(best) && (Double.isNaN(candidate) || candidate > best);
  }

  private void pick(double[] v, long[] from, double[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] = v[i / window.outSize() * window.inSize() + (int) from[i]];
    }
  }

  private void scatter(Elements[] in, Elements[] out) {
    double[] dy = in[0].reals();
    long[] from = in[1].wholes();
    double[] dx = out[0].reals();
    for (int i = 0; i < dy.length; i++) {
      dx[i / window.outSize() * window.inSize() + (int) from[i]] += dy[i];
    }
  }

  /** From planes of {@code count} values. */
  private static void unpool(MaxUnpool op, int count, Elements[] in, double[] x) {
    double[] y = in[0].reals();
    int size = Math.toIntExact(op.output().size());
    int[] at = IndexKernels.positions(op.name(), in[1].wholes(), size);
    for (int i = 0; i < y.length; i++) {
      x[i / count * size + at[i]] += y[i];
    }
  }

  private void mean(double[] divisors, Elements[] in, double[] y) {
    double[] x = in[0].reals();
    for (int p = 0; p < planes; p++) {
      int xs = p * window.inSize();
      int ys = p * window.outSize();
      window.forEach((_, i, o) -> y[ys + o] += x[xs + i]);
    }
    for (int i = 0; i < y.length; i++) {
      y[i] /= divisors[i % divisors.length];
    }
  }

  private void spread(double[] divisors, Elements[] in, double[] dx) {
    double[] dy = in[0].reals();
    for (int p = 0; p < planes; p++) {
      int xs = p * window.inSize();
      int ys = p * window.outSize();
      window.forEach((_, i, o) -> dx[xs + i] += dy[ys + o] / divisors[o]);
    }
  }

  /** What the sum of each window is divided by. */
  private double[] divisors(Window w, boolean countPadding, Shape input, Shape output) {
    if (!countPadding) {
      return sizes();
    }
    double[] divisors = new double[window.outSize()];
    for (int o = 0; o < divisors.length; o++) {
      divisors[o] = 1;
      long rest = o;
      for (int axis = w.rank() - 1; axis >= 0; axis--) {
        long out = output.dim(axis + 2);
        divisors[o] *= w.counted(axis, input.dim(axis + 2), rest % out);
        rest /= out;
      }
    }
    return divisors;
  }

  /** How many elements each window has. */
  private double[] sizes() {
    double[] sizes = new double[window.outSize()];
    window.forEach((_, _, o) -> sizes[o]++);
    return sizes;
  }
}
