package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.DataErrors;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.Gather;
import dev.balboa.nn.op.IndexAdd;
import dev.balboa.nn.op.IndexOp;
import dev.balboa.nn.op.IndexSelect;
import dev.balboa.nn.op.Positions;
import dev.balboa.nn.op.Scatter;
import dev.balboa.nn.op.ScatterAdd;
import dev.balboa.nn.op.Shape;
import java.util.stream.IntStream;

/** Picks and places elements by index tensors. */
final class IndexKernels {
  private IndexKernels() {}

  static Prepared prepare(IndexOp op, Call call) {
    return switch (op) {
      case Gather o -> gather(o, call);
      case Scatter o -> scatter(o, call);
      case ScatterAdd o -> scatterAdd(o, call);
      case IndexSelect o -> indexSelect(o, call);
      case IndexAdd o -> indexAdd(o, call);
      case Positions o -> positions(o, call);
    };
  }

  /** Indices counted from the start of an axis of {@code size}. */
  static int[] positions(String op, long[] indices, long size) {
    int[] positions = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] < -size || indices[i] >= size) {
        throw DataErrors.index(op, indices[i], i, size);
      }
      positions[i] = (int) (indices[i] < 0 ? indices[i] + size : indices[i]);
    }
    return positions;
  }

  /** Where entry {@code i} of the indices points in a tensor of shape {@code whole}. */
  private static int target(Shape whole, int axis, Shape indices, int i, int position) {
    long rest = i;
    long target = 0;
    long stride = 1;
    for (int d = whole.rank() - 1; d >= 0; d--) {
      target += (d == axis ? position : rest % indices.dim(d)) * stride;
      rest /= indices.dim(d);
      stride *= whole.dim(d);
    }
    return (int) target;
  }

  private static Prepared gather(Gather op, Call call) {
    Shape whole = call.in(0);
    return call.plain((in, out) -> {
      int[] at = positions(op.name(), in[1].wholes(), whole.dim(op.axis()));
      for (int i = 0; i < at.length; i++) {
        out[0].copy(in[0], target(whole, op.axis(), call.in(1), i, at[i]), i, 1);
      }
    });
  }

  private static Prepared scatter(Scatter op, Call call) {
    Shape whole = call.in(0);
    return call.plain((in, out) -> {
      int[] at = positions(op.name(), in[1].wholes(), whole.dim(op.axis()));
      out[0].copy(in[0], 0, 0, in[0].count());
      for (int i = 0; i < at.length; i++) {
        out[0].copy(in[2], i, target(whole, op.axis(), call.in(1), i, at[i]), 1);
      }
    });
  }

  private static Prepared scatterAdd(ScatterAdd op, Call call) {
    return call.plain((in, out) -> {
      int[] at = positions(op.name(), in[0].wholes(), op.shape().dim(op.axis()));
      base(in, out[0]);
      for (int i = 0; i < at.length; i++) {
        int to = target(op.shape(), op.axis(), call.in(0), i, at[i]);
        out[0].reals()[to] += in[1].reals()[i];
      }
    });
  }

  /** Starts from what is added to, if that is given, else from zeros. */
  private static void base(Elements[] in, Elements out) {
    if (in.length == 3) {
      out.copy(in[2], 0, 0, out.count());
    }
  }

  private static Prepared indexSelect(IndexSelect op, Call call) {
    int rows = (int) call.in(0).dim(op.axis());
    int inner = inner(call.in(0), op.axis());
    return call.plain((in, out) -> {
      int[] at = positions(op.name(), in[1].wholes(), rows);
      for (int i = 0; i < out[0].count(); i += inner) {
        int outer = i / inner / at.length;
        out[0].copy(in[0], (outer * rows + at[i / inner % at.length]) * inner, i, inner);
      }
    });
  }

  private static Prepared indexAdd(IndexAdd op, Call call) {
    int inner = inner(call.out(0), op.axis());
    return call.plain((in, out) -> {
      int[] at = positions(op.name(), in[0].wholes(), op.size());
      base(in, out[0]);
      double[] x = in[1].reals();
      for (int i = 0; i < x.length; i += inner) {
        int row = i / inner / at.length * (int) op.size() + at[i / inner % at.length];
        Rows.add(1, x, i, out[0].reals(), row * inner, inner);
      }
    });
  }

  private static Prepared positions(Positions op, Call call) {
    Shape shape = call.in(0);
    return call.plain((in, out) -> {
      long[] mask = in[0].wholes();
      int[] found = IntStream.range(0, mask.length).filter(i -> mask[i] != 0).toArray();
      if (found.length != op.count()) {
        throw DataErrors.count(op.name(), op.count(), found.length);
      }
      for (int i = 0; i < found.length; i++) {
        long rest = found[i];
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
          out[0].wholes()[i * shape.rank() + axis] = rest % shape.dim(axis);
          rest /= shape.dim(axis);
        }
      }
    });
  }

  private static int inner(Shape shape, int axis) {
    return Math.toIntExact(shape.slice(axis + 1, shape.rank()).size());
  }
}
