package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.AxisOp;
import dev.balboa.nn.op.CumProd;
import dev.balboa.nn.op.CumProdBackward;
import dev.balboa.nn.op.CumSum;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Flip;
import dev.balboa.nn.op.Gated;
import dev.balboa.nn.op.GatedBackward;
import dev.balboa.nn.op.GridSample;
import dev.balboa.nn.op.GridSampleBackward;
import dev.balboa.nn.op.Pad;
import dev.balboa.nn.op.PadBackward;
import dev.balboa.nn.op.ProdBackward;
import dev.balboa.nn.op.Resize;
import dev.balboa.nn.op.ResizeBackward;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Roll;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Sort;
import dev.balboa.nn.op.TopK;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/** What goes by position along axes. */
final class AxisKernels {
  private AxisKernels() {}

  static Prepared prepare(AxisOp op, Call call) {
    return switch (op) {
      case Flip o -> flip(o, call);
      case Roll o -> roll(o, call);
      case Pad o -> pad(o, call);
      case PadBackward o -> padBackward(o, call);
      case Resize o -> resize(o, call);
      case ResizeBackward o -> resizeBackward(o, call);
      case Sort o -> OrderKernels.sort(o, call);
      case TopK o -> OrderKernels.topk(o, call);
      case CumSum o -> OrderKernels.cumsum(o, call);
      case Gated o -> GatedKernels.forward(o, call);
      case GatedBackward o -> GatedKernels.backward(o.forward(), call);
      case CumProd o -> ProductKernels.cumprod(o, call);
      case CumProdBackward o -> ProductKernels.cumprodBackward(o, call);
      case GridSample o -> GridKernels.sample(o, call);
      case GridSampleBackward o -> GridKernels.backward(o.forward(), call);
      case ProdBackward o -> ProductKernels.prodBackward(o, call);
    };
  }

  /** Where an element of the result comes from: one position an axis, -1 for nowhere. */
  private static int source(List<List<Integer>> sources, Shape from, Shape to, int i) {
    long rest = i;
    long source = 0;
    long stride = 1;
    for (int axis = from.rank() - 1; axis >= 0; axis--) {
      int at = sources.get(axis).get((int) (rest % to.dim(axis)));
      if (at < 0) {
        return -1;
      }
      rest /= to.dim(axis);
      source += at * stride;
      stride *= from.dim(axis);
    }
    return (int) source;
  }

  private static List<Integer> ascending(long n) {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      all.add(i);
    }
    return all;
  }

  private static Prepared flip(Flip op, Call call) {
    return moved(call, op.axes()::contains, Collections::reverse);
  }

  private static Prepared roll(Roll op, Call call) {
    int shift = (int) (op.shift() % Math.max(1, call.in(0).dim(op.axis())));
    return moved(call, axis -> axis == op.axis(), at -> Collections.rotate(at, shift));
  }

  /** Elements whose positions on some axes are put in another order. */
  private static Prepared moved(Call call, IntPredicate axes, Consumer<List<Integer>> order) {
    Shape shape = call.in(0);
    List<List<Integer>> sources = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      List<Integer> positions = ascending(shape.dim(axis));
      if (axes.test(axis)) {
        order.accept(positions);
      }
      sources.add(positions);
    }
    return call.plain((in, out) -> {
      for (int i = 0; i < in[0].count(); i++) {
        out[0].copy(in[0], source(sources, shape, shape, i), i, 1);
      }
    });
  }

  // ---- Padding ----

  /** The positions on one axis of n, grown or cropped step by step at both ends. */
  private static List<Integer> padded(Pad op, int axis, int n) {
    List<Integer> positions = ascending(n);
    for (int p = 1; p <= op.before().get(axis); p++) {
      positions.addFirst(
          switch (op.mode()) {
            case CONSTANT -> -1;
            case REFLECT -> p;
            case EDGE -> 0;
            case CIRCULAR -> n - p;
          });
    }
    for (int p = 1; p <= op.after().get(axis); p++) {
      positions.addLast(
          switch (op.mode()) {
            case CONSTANT -> -1;
            case REFLECT -> n - 1 - p;
            case EDGE -> n - 1;
            case CIRCULAR -> p - 1;
          });
    }
    for (int p = 1; p <= -op.before().get(axis); p++) {
      positions.removeFirst();
    }
    for (int p = 1; p <= -op.after().get(axis); p++) {
      positions.removeLast();
    }
    return positions;
  }

  private static List<List<Integer>> padded(Pad op, Shape shape) {
    List<List<Integer>> all = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      all.add(padded(op, axis, (int) shape.dim(axis)));
    }
    return all;
  }

  private static Prepared pad(Pad op, Call call) {
    List<List<Integer>> sources = padded(op, call.in(0));
    DType dtype = call.inputs().get(0).dtype();
    return call.plain((in, out) -> {
      for (int i = 0; i < out[0].count(); i++) {
        int from = source(sources, call.in(0), call.out(0), i);
        if (from >= 0) {
          out[0].copy(in[0], from, i, 1);
        } else if (out[0].isReal()) {
          out[0].reals()[i] = op.value();
        } else {
          out[0].wholes()[i] = ElementwiseKernels.whole(dtype, op.value());
        }
      }
    });
  }

  private static Prepared padBackward(PadBackward op, Call call) {
    List<List<Integer>> sources = padded(op.pad(), op.shape());
    return call.plain((in, out) -> {
      for (int i = 0; i < in[0].count(); i++) {
        out[0].reals()[source(sources, op.shape(), call.in(0), i)] += in[0].reals()[i];
      }
    });
  }

  // ---- Resizing ----

  /** One way to take one tap on every resized axis. */
  @FunctionalInterface
  private interface Tap {
    void accept(int small, int large, double weight);
  }

  /** Visits all products of taps of every element of the result. */
  private static void forEachTap(Resize op, Shape from, Shape to, Tap action) {
    for (int i = 0; i < to.size(); i++) {
      visit(op, from, to, from.rank() - 1, i, i, 0, 1, 1, action);
    }
  }

  private static void visit(
      Resize op,
      Shape from,
      Shape to,
      int axis,
      int element,
      int rest,
      long source,
      long stride,
      double weight,
      Tap action) {
    if (axis < 0) {
      action.accept((int) source, element, weight);
      return;
    }
    long n = from.dim(axis);
    long m = to.dim(axis);
    long j = rest % m;
    int next = (int) (rest / m);
    if (axis < from.rank() - op.sizes().size()) {
      visit(op, from, to, axis - 1, element, next, source + j * stride, stride * n, weight, action);
      return;
    }
    Resize.Taps taps = op.taps(n, m, j);
    for (int t = 0; t < taps.sources().size(); t++) {
      visit(
          op,
          from,
          to,
          axis - 1,
          element,
          next,
          source + taps.sources().get(t) * stride,
          stride * n,
          weight * taps.weights().get(t),
          action);
    }
  }

  private static Prepared resize(Resize op, Call call) {
    return call.plain((in, out) ->
        forEachTap(
            op,
            call.in(0),
            call.out(0),
            (from, to, weight) -> {
              if (op.mode() == ResizeMode.NEAREST) {
                out[0].copy(in[0], from, to, 1);
              } else {
                out[0].reals()[to] += weight * in[0].reals()[from];
              }
            }));
  }

  private static Prepared resizeBackward(ResizeBackward op, Call call) {
    return call.plain((in, out) ->
        forEachTap(
            op.resize(),
            op.shape(),
            call.in(0),
            (to, from, weight) -> out[0].reals()[to] += weight * in[0].reals()[from]));
  }
}
