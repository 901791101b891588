package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.CumSum;
import dev.balboa.nn.op.Sort;
import dev.balboa.nn.op.TopK;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Sorting and cumulative sums along an axis, which is moved to the end. */
final class OrderKernels {
  private OrderKernels() {}

  static Prepared sort(Sort op, Call call) {
    return ordered(op.axis(), op.descending(), (int) call.in(0).dim(op.axis()), call);
  }

  static Prepared topk(TopK op, Call call) {
    return ordered(op.axis(), op.largest(), (int) op.k(), call);
  }

  private static Prepared ordered(int axis, boolean descending, int kept, Call call) {
    int[] order = Axes.last(call.in(0).rank(), List.of(axis));
    int length = (int) call.in(0).dim(axis);
    return call.through(
        List.of(call.read(0).permute(order)),
        List.of(call.write(0).permute(order), call.write(1).permute(order)),
        (in, out) -> {
          for (int row = 0; row * kept < out[0].count(); row++) {
            List<Integer> sorted = sorted(in[0], row * length, length, descending);
            for (int j = 0; j < kept; j++) {
              out[0].copy(in[0], row * length + sorted.get(j), row * kept + j, 1);
              out[1].wholes()[row * kept + j] = sorted.get(j);
            }
          }
        });
  }

  /** Positions in one row; {@link List#sort} is stable. */
  private static List<Integer> sorted(Elements x, int from, int length, boolean descending) {
    List<Integer> positions = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      positions.add(i);
    }
    Comparator<Integer> ascending = (a, b) -> compare(x, from + a, from + b);
    positions.sort(descending ? ascending.reversed() : ascending);
    return positions;
  }

  private static int compare(Elements x, int a, int b) {
    if (!x.isReal()) {
      return Long.compare(x.wholes()[a], x.wholes()[b]);
    }
    double left = x.reals()[a];
    double right = x.reals()[b];
    if (Double.isNaN(left) || Double.isNaN(right)) {
      return Boolean.compare(Double.isNaN(left), Double.isNaN(right));
    }
    return left < right ? -1 : left > right ? 1 : 0;
  }

  static Prepared cumsum(CumSum op, Call call) {
    int length = (int) call.in(0).dim(op.axis());
    return call.alongAxis(
        op.axis(),
        (in, out) -> {
          for (int row = 0; row < in[0].count(); row += length) {
            double sum = 0;
            long whole = 0;
            for (int k = 0; k < length; k++) {
              int i = row + (op.reverse() ? length - 1 - k : k);
              if (in[0].isReal()) {
                double before = sum;
                sum += in[0].reals()[i];
                out[0].reals()[i] = op.exclusive() ? before : sum;
              } else {
                long before = whole;
                whole += in[0].wholes()[i];
                out[0].wholes()[i] = op.exclusive() ? before : whole;
              }
            }
          }
        });
  }
}
