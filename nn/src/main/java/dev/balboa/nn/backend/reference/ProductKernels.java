package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.CumProd;
import dev.balboa.nn.op.CumProdBackward;
import dev.balboa.nn.op.ProdBackward;
import java.util.List;

/** Products along an axis, which is moved to the end, and their derivatives. */
final class ProductKernels {
  private ProductKernels() {}

  static Prepared cumprod(CumProd op, Call call) {
    int length = (int) call.in(0).dim(op.axis());
    return call.alongAxis(
        op.axis(),
        (in, out) -> {
          for (int row = 0; row < in[0].count(); row += length) {
            double product = 1;
            long whole = 1;
            for (int k = 0; k < length; k++) {
              int i = row + (op.reverse() ? length - 1 - k : k);
              if (in[0].isReal()) {
                double before = product;
                product *= in[0].reals()[i];
                out[0].reals()[i] = op.exclusive() ? before : product;
              } else {
                long before = whole;
                whole *= in[0].wholes()[i];
                out[0].wholes()[i] = op.exclusive() ? before : whole;
              }
            }
          }
        });
  }

  static Prepared cumprodBackward(CumProdBackward op, Call call) {
    CumProd forward = op.forward();
    int length = (int) call.in(0).dim(forward.axis());
    return call.alongAxis(
        forward.axis(),
        (in, out) -> {
          double[] x = in[0].reals();
          double[] dy = in[1].reals();
          for (int row = 0; row < x.length; row += length) {
            int step = forward.reverse() ? -1 : 1;
            int first = forward.reverse() ? row + length - 1 : row;
            double later = 0;
            for (int k = length - 1; k >= 0; k--) {
              int i = first + step * k;
              double own = forward.exclusive() ? later : later + dy[i];
              out[0].reals()[i] = own;
              later = own * x[i] + (forward.exclusive() ? dy[i] : 0);
            }
            double before = 1;
            for (int k = 0; k < length; k++) {
              int i = first + step * k;
              out[0].reals()[i] *= before;
              before *= x[i];
            }
          }
        });
  }

  static Prepared prodBackward(ProdBackward op, Call call) {
    int length = (int) call.in(0).dim(op.axis());
    int[] order = Axes.last(call.in(0).rank(), List.of(op.axis()));
    return call.through(
        List.of(call.read(0).permute(order), call.read(1)),
        List.of(call.write(0).permute(order)),
        (in, out) -> {
          double[] x = in[0].reals();
          for (int row = 0; row < x.length; row += length) {
            double before = in[1].reals()[row / length];
            for (int i = row; i < row + length; i++) {
              out[0].reals()[i] = before;
              before *= x[i];
            }
            double after = 1;
            for (int i = row + length - 1; i >= row; i--) {
              out[0].reals()[i] *= after;
              after *= x[i];
            }
          }
        });
  }
}
