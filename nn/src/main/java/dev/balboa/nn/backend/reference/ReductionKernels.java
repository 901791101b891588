package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.ArgReduce;
import dev.balboa.nn.op.Center;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LogicalReduce;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.ReductionOp;
import dev.balboa.nn.op.Softmax;
import dev.balboa.nn.op.SoftmaxBackward;
import dev.balboa.nn.op.Variance;
import java.util.List;

/** Operations along axes; the axes are moved to the end, so kernels work on rows. */
final class ReductionKernels {
  private ReductionKernels() {}

  static Prepared prepare(ReductionOp op, Call call) {
    return switch (op) {
      case Reduce o -> reduce(o, call);
      case LogicalReduce o -> StatisticsKernels.logicalReduce(o, call);
      case Variance o -> StatisticsKernels.variance(o, call);
      case Center o -> StatisticsKernels.center(o, call);
      case ArgReduce o -> argReduce(o, call);
      case Softmax o ->
          call.alongAxis(
              o.axis(), (in, out) -> softmax(o.log(), length(o.axis(), call), in, out[0].reals()));
      case SoftmaxBackward o ->
          call.alongAxis(
              o.axis(),
              (in, out) ->
                  softmaxBackward(
                      o.log(),
                      length(o.axis(), call),
                      in[0].reals(),
                      in[1].reals(),
                      out[0].reals()));
    };
  }

  private static int length(int axis, Call call) {
    return Math.toIntExact(call.in(0).dim(axis));
  }

  private static Prepared reduce(Reduce op, Call call) {
    Access rows = call.read(0).permute(Axes.last(call.in(0).rank(), op.axes()));
    int length = Math.toIntExact(op.reduced(call.in(0)));
    DType dtype = call.inputs().get(0).dtype();
    if (!dtype.isFloating()) {
      return call.through(
          List.of(rows), List.of(call.write(0)), IntegerKernels.reduce(op.kind(), dtype, length));
    }
    return call.through(
        List.of(rows),
        List.of(call.write(0)),
        (in, out) -> {
          double[] y = out[0].reals();
          for (int r = 0; r < y.length; r++) {
            y[r] = reduceRow(op.kind(), in[0].reals(), r * length, length);
          }
        });
  }

  private static double reduceRow(ReduceKind kind, double[] x, int from, int length) {
    return switch (kind) {
      case SUM -> sum(x, from, length);
      case MEAN -> sum(x, from, length) / length;
      case MAX -> max(x, from, length);
      case MIN -> {
        double smallest = x[from];
        for (int i = 1; i < length; i++) {
          smallest = Math.min(smallest, x[from + i]);
        }
        yield smallest;
      }
      case PROD -> StatisticsKernels.product(x, from, length);
      case NORM2 -> StatisticsKernels.norm2(x, from, length);
      case LOGSUMEXP -> StatisticsKernels.logSumExp(x, from, length);
    };
  }

  static double sum(double[] x, int from, int length) {
    Sums sum = new Sums(1);
    for (int i = 0; i < length; i++) {
      sum.add(0, x[from + i]);
    }
    return sum.get(0);
  }

  /** The largest of at least one; NaN if any is NaN. */
  static double max(double[] x, int from, int length) {
    double largest = x[from];
    for (int i = 1; i < length; i++) {
      largest = Math.max(largest, x[from + i]);
    }
    return largest;
  }

  private static Prepared argReduce(ArgReduce op, Call call) {
    int length = length(op.axis(), call);
    int[] order = Axes.last(call.in(0).rank(), List.of(op.axis()));
    return call.through(
        List.of(call.read(0).permute(order)),
        List.of(call.write(0)),
        (in, out) -> {
          long[] y = out[0].wholes();
          for (int r = 0; r < y.length; r++) {
            y[r] =
                in[0].isReal()
                    ? first(op.max(), in[0].reals(), r * length, length)
                    : IntegerKernels.first(op.max(), in[0].wholes(), r * length, length);
          }
        });
  }

  private static int first(boolean max, double[] x, int from, int length) {
    int best = 0;
    for (int i = 1; i < length; i++) {
      double b = x[from + best];
      double c = x[from + i];
      if (!Double.isNaN(b) && (Double.isNaN(c) || (max ? c > b : c < b))) {
        best = i;
      }
    }
    return best;
  }

  private static void softmax(boolean log, int length, Elements[] in, double[] y) {
    double[] x = in[0].reals();
    for (int row = 0; row < y.length; row += length) {
      double max = max(x, row, length);
      double sum = sumExp(x, row, length, max);
      for (int i = row; i < row + length; i++) {
        y[i] = log ? x[i] - max - Math.log(sum) : Math.exp(x[i] - max) / sum;
      }
    }
  }

  /** sum(exp(x - max)), at least 1 and at most {@code length}. */
  static double sumExp(double[] x, int from, int length, double max) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += Math.exp(x[from + i] - max);
    }
    return sum;
  }

  private static void softmaxBackward(
      boolean log, int length, double[] y, double[] dy, double[] dx) {
    for (int row = 0; row < dx.length; row += length) {
      double sum = 0;
      for (int i = row; i < row + length; i++) {
        sum += log ? dy[i] : y[i] * dy[i];
      }
      for (int i = row; i < row + length; i++) {
        dx[i] = log ? dy[i] - Math.exp(y[i]) * sum : y[i] * (dy[i] - sum);
      }
    }
  }
}
