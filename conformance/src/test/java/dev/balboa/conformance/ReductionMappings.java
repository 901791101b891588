package dev.balboa.conformance;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Reductions and what runs along an axis. */
final class ReductionMappings {
  private ReductionMappings() {}

  static void addTo(Mapping.Table t) {
    UnaryOperator<Tensor> as = x -> x;
    reduce(t, "ReduceSum", as, ReduceKind.SUM, as);
    reduce(t, "ReduceMean", as, ReduceKind.MEAN, as);
    reduce(t, "ReduceMax", as, ReduceKind.MAX, as);
    reduce(t, "ReduceMin", as, ReduceKind.MIN, as);
    reduce(t, "ReduceL1", Tensor::abs, ReduceKind.SUM, as);
    reduce(t, "ReduceL2", Tensor::square, ReduceKind.SUM, Tensor::sqrt);
    reduce(t, "ReduceSumSquare", Tensor::square, ReduceKind.SUM, as);
    reduce(t, "ReduceProd", as, ReduceKind.PROD, as);
    reduce(t, "ReduceLogSumExp", as, ReduceKind.LOGSUMEXP, as);
    reduce(t, "ReduceLogSum", as, ReduceKind.SUM, Tensor::log);
    arg(t, "ArgMax", Tensor::argmax);
    arg(t, "ArgMin", Tensor::argmin);
    alongAxis(t, "Softmax", Tensor::softmax);
    alongAxis(t, "LogSoftmax", Tensor::logSoftmax);
    alongAxis(t, "Hardmax", ReductionMappings::hardmax);
  }

  private static void reduce(
      Mapping.Table t,
      String type,
      UnaryOperator<Tensor> before,
      ReduceKind kind,
      UnaryOperator<Tensor> after) {
    t.one(
        type,
        c -> {
          long[] axes = c.integers(1, "axes");
          boolean none = axes == null || axes.length == 0;
          if (none && c.flag("noop_with_empty_axes")) {
            return c.in(0);
          }
          int[] given = none ? new int[0] : ints(axes);
          boolean keep = c.integer("keepdims", 1) != 0;
          return after.apply(before.apply(c.in(0)).reduce(kind, keep, given));
        });
  }

  static int[] ints(long[] x) {
    return Arrays.stream(x).mapToInt(Math::toIntExact).toArray();
  }

  private interface Along {
    Tensor apply(Tensor x, int axis);
  }

  private static void arg(Mapping.Table t, String type, Along f) {
    t.one(
        type,
        c -> {
          int axis = (int) c.integer("axis", 0);
          Tensor index =
              c.flag("select_last_index")
                  ? fromEnd(f.apply(c.in(0).flip(axis), axis), c.in(0).shape().dim(axis))
                  : f.apply(c.in(0), axis);
          index = index.cast(DType.I64);
          return c.integer("keepdims", 1) != 0
              ? index.unsqueeze(c.in(0).shape().axis(axis))
              : index;
        });
  }

  private static Tensor fromEnd(Tensor index, long n) {
    return index.cast(DType.F32).rsub(n - 1.0);
  }

  /** Before version 13 all axes from the given one on counted as one. */
  private static void alongAxis(Mapping.Table t, String type, Along f) {
    t.one(
        type,
        c -> {
          Tensor x = c.in(0);
          if (c.opset() >= 13) {
            return f.apply(x, (int) c.integer("axis", -1));
          }
          Tensor flat = ShapeMappings.flatten(x, x.shape().axis((int) c.integer("axis", 1)));
          return f.apply(flat, 1).reshape(x.shape().dims());
        });
  }

  private static Tensor hardmax(Tensor x, int axis) {
    int at = x.shape().axis(axis);
    OneHot op = new OneHot(x.shape().dim(at), x.dtype());
    return lastAxisTo(Tensor.apply(op, x.argmax(at)).get(0), at);
  }

  /** Moves the last axis to {@code axis}. */
  static Tensor lastAxisTo(Tensor x, int axis) {
    int last = x.shape().rank() - 1;
    return x.permute(
        IntStream.rangeClosed(0, last).map(i -> i < axis ? i : i == axis ? last : i - 1).toArray());
  }
}
