package dev.balboa.nn.backend.reference;

import dev.balboa.nn.op.PointwiseLoss;
import dev.balboa.nn.op.Reduction;

/** A {@link PointwiseLoss} of outputs x and targets t, and its derivatives. */
final class PointwiseLossValues {
  private final PointwiseLoss op;
  private final double[] x;
  private final double[] t;

  PointwiseLossValues(PointwiseLoss op, double[] x, double[] t) {
    this.op = op;
    this.x = x;
    this.t = t;
  }

  void losses(double[] loss) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      double each = loss(x[i], t[i]);
      sum += each;
      if (op.reduction() == Reduction.NONE) {
        loss[i] = each;
      }
    }
    if (op.reduction() != Reduction.NONE) {
      loss[0] = op.reduction() == Reduction.MEAN ? sum / x.length : sum;
    }
  }

  /**
   * The gradients of outputs and targets.
   *
   * @param dt {@code null} if it is not wanted
   */
  void gradients(double[] dloss, double[] dx, double[] dt) {
    boolean one = op.reduction() != Reduction.NONE;
    double scale = op.reduction() == Reduction.MEAN ? 1.0 / x.length : 1;
    for (int i = 0; i < x.length; i++) {
      double g = dloss[one ? 0 : i] * scale;
      dx[i] = g * byOutput(x[i], t[i]);
      if (dt != null) {
        dt[i] = g * byTarget(x[i], t[i]);
      }
    }
  }

  private double loss(double x, double t) {
    double d = Math.abs(x - t);
    return switch (op.kind()) {
      case SQUARED -> d * d;
      case ABSOLUTE -> d;
      case HUBER -> {
        double m = Math.min(d, op.parameter());
        yield m * (d - m / 2);
      }
      case BCE -> -(t * boundedLog(x) + (1 - t) * boundedLog1p(-x));
      case LOGITS -> t * softplus(-x) + (1 - t) * softplus(x);
      case KL -> t * (Math.log(t == 0 ? 1 : t) - x);
      case POISSON -> Math.exp(x) - t * x;
    };
  }

  private double byOutput(double x, double t) {
    double d = x - t;
    return switch (op.kind()) {
      case SQUARED -> 2 * d;
      case ABSOLUTE -> Math.signum(d);
      case HUBER -> Math.max(-op.parameter(), Math.min(op.parameter(), d));
      case BCE -> {
        double yes = Math.log(x) < -100 ? 0 : t / x;
        double no = Math.log1p(-x) < -100 ? 0 : (1 - t) / (1 - x);
        yield no - yes;
      }
      case LOGITS -> (1 - t) * sigmoid(x) - t * sigmoid(-x);
      case KL -> -t;
      case POISSON -> Math.exp(x) - t;
    };
  }

  private double byTarget(double x, double t) {
    return switch (op.kind()) {
      case SQUARED, ABSOLUTE, HUBER -> -byOutput(x, t);
      case BCE -> boundedLog1p(-x) - boundedLog(x);
      case LOGITS, POISSON -> -x;
      case KL -> (t == 0 ? 0 : Math.log(t) + 1) - x;
    };
  }

  private static double boundedLog(double x) {
    return Math.max(Math.log(x), -100);
  }

  private static double boundedLog1p(double x) {
    return Math.max(Math.log1p(x), -100);
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
