package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.Gated;
import dev.balboa.nn.op.UnaryKind;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Gated linear units. */
final class GatedKernels {
  private GatedKernels() {}

  static Prepared forward(Gated op, Call call) {
    DoubleUnaryOperator gate = Functions.unary(op.gate(), 0, 0);
    int half = half(op, call);
    return call.plain((in, out) -> {
      double[] x = in[0].reals();
      double[] y = out[0].reals();
      for (int i = 0; i < y.length; i++) {
        int at = first(i, half);
        y[i] = x[at] * gate.applyAsDouble(x[at + half]);
      }
    });
  }

  static Prepared backward(Gated op, Call call) {
    DoubleUnaryOperator gate = Functions.unary(op.gate(), 0, 0);
    DoubleBinaryOperator slope = slope(op.gate());
    int half = half(op, call);
    return call.plain((in, out) -> {
      double[] x = in[0].reals();
      double[] dy = in[1].reals();
      double[] dx = out[0].reals();
      for (int i = 0; i < dy.length; i++) {
        int at = first(i, half);
        double b = x[at + half];
        dx[at] = gate.applyAsDouble(b) * dy[i];
        dx[at + half] = slope.applyAsDouble(b, x[at] * dy[i]);
      }
    });
  }

  /** (b, g) to f'(b) g; that of the sigmoid from b, not from its result, which has lost digits. */
  private static DoubleBinaryOperator slope(UnaryKind gate) {
    return gate == UnaryKind.SIGMOID
        ? (b, g) -> Functions.sigmoid(b) * Functions.sigmoid(-b) * g
        : Derivatives.of(gate, 0, 0);
  }

  /** How many elements of one first half lie together. */
  private static int half(Gated op, Call call) {
    return Math.toIntExact(call.in(0).slice(op.axis(), call.in(0).rank()).size() / 2);
  }

  /** Where the first factor of element i of the result lies. */
  private static int first(int i, int half) {
    return 2 * i - i % half;
  }
}
