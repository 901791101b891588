package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.AttentionOp;
import dev.balboa.nn.op.LinalgOp;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.LinearAlgebraOp;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Shape;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Matrix products. */
final class LinearAlgebraKernels {
  private LinearAlgebraKernels() {}

  static Prepared prepare(LinearAlgebraOp op, Call call) {
    return switch (op) {
      case LinalgOp o -> LinalgKernels.prepare(o, call);
      case Matmul o -> matmul(o, call);
      case AttentionOp o -> AttentionKernels.prepare(o, call);
      case Linear o -> {
        int features = Math.toIntExact(call.in(1).dim(1));
        int outFeatures = Math.toIntExact(call.in(1).dim(0));
        yield call.plain((in, out) -> linear(features, outFeatures, o, in, out[0].reals()));
      }
    };
  }

  private static Prepared matmul(Matmul op, Call call) {
    Shape c = call.out(0);
    Shape batch = c.slice(0, c.rank() - 2);
    Access left = operand(call.read(0), op.transA(), batch);
    Access right = operand(call.read(1), op.transB(), batch);
    int m = Math.toIntExact(c.dim(-2));
    int n = Math.toIntExact(c.dim(-1));
    int k = Math.toIntExact(left.shape().dim(-1));
    int matrices = Math.toIntExact(batch.size());
    return call.through(
        List.of(left, right),
        List.of(call.write(0)),
        (in, out) -> {
          for (int i = 0; i < matrices * m; i++) {
            for (int p = 0; p < k; p++) {
              double a = in[0].reals()[i * k + p];
              Rows.add(a, in[1].reals(), (i / m * k + p) * n, out[0].reals(), i * n, n);
            }
          }
        });
  }

  /** The operand as [batch..., rows, columns]. */
  static Access operand(Access access, boolean transposed, Shape batch) {
    Access a = transposed ? access.permute(Axes.transposed(access.shape().rank())) : access;
    return a.broadcastTo(batch.append(a.shape().dim(-2), a.shape().dim(-1)));
  }

  private static void linear(int features, int outFeatures, Linear op, Elements[] in, double[] y) {
    double[] x = in[0].reals();
    double[] w = in[1].reals();
    boolean bias = op.hasBias(in.length);
    DoubleUnaryOperator activation = Functions.activation(op.activation());
    for (int i = 0; i < y.length; i++) {
      int row = i / outFeatures;
      int o = i % outFeatures;
      double sum = bias ? in[2].reals()[o] : 0;
      sum += op.residual() ? in[in.length - 1].reals()[i] : 0;
      for (int k = 0; k < features; k++) {
        sum += x[row * features + k] * w[o * features + k];
      }
      y[i] = activation.applyAsDouble(sum);
    }
  }
}
