package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.Concat;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.LayoutOp;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Slice;
import dev.balboa.nn.op.SliceScatter;

/** Moves elements of any type; nothing is computed. */
final class LayoutKernels {
  private LayoutKernels() {}

  static Prepared prepare(LayoutOp op, Call call) {
    return switch (op) {
      case Contiguous _ -> call.plain((in, out) -> out[0].copy(in[0], 0, 0, in[0].count()));
      case Concat o -> call.plain((in, out) -> concat(o.axis(), call.out(0), in, out[0]));
      case SliceScatter o ->
          call.plain((in, out) -> sliceScatter(o.slice(), call.in(0), o.shape(), in[0], out[0]));
    };
  }

  /** Each tensor is [outer, its length times inner]; the rows of all follow one another. */
  private static void concat(int axis, Shape shape, Elements[] in, Elements out) {
    int outer = Math.toIntExact(shape.slice(0, axis).size());
    int to = 0;
    for (int row = 0; row < outer; row++) {
      for (Elements part : in) {
        int length = part.count() / outer;
        out.copy(part, row * length, to, length);
        to += length;
      }
    }
  }

  private static void sliceScatter(Slice slice, Shape from, Shape to, Elements in, Elements out) {
    for (int i = 0; i < in.count(); i++) {
      long rest = i;
      long target = 0;
      long stride = 1;
      for (int axis = from.rank() - 1; axis >= 0; axis--) {
        long index = rest % from.dim(axis);
        rest /= from.dim(axis);
        target += (slice.start().get(axis) + index * slice.step().get(axis)) * stride;
        stride *= to.dim(axis);
      }
      out.copy(in, i, (int) target, 1);
    }
  }
}
