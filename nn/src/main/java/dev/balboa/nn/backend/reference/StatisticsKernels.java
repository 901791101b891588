package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.Center;
import dev.balboa.nn.op.LogicalReduce;
import dev.balboa.nn.op.Variance;
import java.util.List;

/** Products, norms, variances and truth values of rows. */
final class StatisticsKernels {
  private StatisticsKernels() {}

  static double product(double[] x, int from, int length) {
    double product = 1;
    for (int i = 0; i < length; i++) {
      product *= x[from + i];
    }
    return product;
  }

  /** By the largest element times the norm of what is at most 1. */
  static double norm2(double[] x, int from, int length) {
    double largest = 0;
    for (int i = 0; i < length; i++) {
      largest = Math.max(largest, Math.abs(x[from + i]));
    }
    if (largest == 0 || !Double.isFinite(largest)) {
      return largest;
    }
    // A power of two, so that nothing is rounded.
    double scale = Math.scalb(1.0, Math.max(-1000, Math.getExponent(largest)));
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += x[from + i] / scale * (x[from + i] / scale);
    }
    return Math.sqrt(sum) * scale;
  }

  static double logSumExp(double[] x, int from, int length) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < length; i++) {
      largest = Math.max(largest, x[from + i]);
    }
    if (!Double.isFinite(largest)) {
      return largest;
    }
    return largest + Math.log(ReductionKernels.sumExp(x, from, length, largest));
  }

  static Prepared variance(Variance op, Call call) {
    Access rows = call.read(0).permute(Axes.last(call.in(0).rank(), op.axes()));
    int length = Math.toIntExact(op.reduced(call.in(0)));
    double divisor = op.divisor(call.in(0));
    return call.through(
        List.of(rows),
        List.of(call.write(0)),
        (in, out) -> {
          double[] y = out[0].reals();
          for (int r = 0; r < y.length; r++) {
            y[r] = squaredDeviations(in[0].reals(), r * length, length) / divisor;
          }
        });
  }

  private static double squaredDeviations(double[] x, int from, int length) {
    double mean = ReductionKernels.sum(x, from, length) / length;
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (x[from + i] - mean) * (x[from + i] - mean);
    }
    return sum;
  }

  static Prepared center(Center op, Call call) {
    int[] order = Axes.last(call.in(0).rank(), op.axes());
    int length = Math.toIntExact(op.reduced(call.in(0)));
    return call.through(
        List.of(call.read(0).permute(order)),
        List.of(call.write(0).permute(order)),
        (in, out) -> {
          double[] x = in[0].reals();
          double[] y = out[0].reals();
          for (int row = 0; row < y.length; row += length) {
            double mean = ReductionKernels.sum(x, row, length) / length;
            for (int i = row; i < row + length; i++) {
              y[i] = x[i] - mean;
            }
          }
        });
  }

  static Prepared logicalReduce(LogicalReduce op, Call call) {
    Access rows = call.read(0).permute(Axes.last(call.in(0).rank(), op.axes()));
    int length = Math.toIntExact(op.reduced(call.in(0)));
    return call.through(
        List.of(rows),
        List.of(call.write(0)),
        (in, out) -> {
          long[] y = out[0].wholes();
          for (int r = 0; r < y.length; r++) {
            long count = 0;
            for (int i = 0; i < length; i++) {
              count += in[0].wholes()[r * length + i];
            }
            y[r] =
                switch (op.kind()) {
                  case ANY -> count > 0 ? 1 : 0;
                  case ALL -> count == length ? 1 : 0;
                  case COUNT -> count;
                };
          }
        });
  }
}
