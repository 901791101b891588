package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.DataErrors;
import dev.balboa.nn.op.Ctc;
import dev.balboa.nn.op.Shape;
import java.util.Arrays;

/** Connectionist temporal classification: forward and backward sums in log space. */
final class CtcKernels {
  private static final double NONE = Double.NEGATIVE_INFINITY;

  private final Ctc op;
  private final int steps;
  private final int samples;
  private final int classes;
  private final int width;
  private final double[] x;
  private final int[] targets;
  private final int[] inputLengths;
  private final int[] targetLengths;

  /** Checks the data. */
  CtcKernels(String name, Ctc op, Shape scores, Shape labels, Elements[] in) {
    this.op = op;
    this.steps = Math.toIntExact(scores.dim(0));
    this.samples = Math.toIntExact(scores.dim(1));
    this.classes = Math.toIntExact(scores.dim(2));
    this.width = Math.toIntExact(labels.dim(1));
    this.x = in[0].reals();
    this.targets = ints(in[1]);
    this.inputLengths = ints(in[2]);
    this.targetLengths = ints(in[3]);
    DataErrors.checkAlignment(
        name, steps, classes, op.blank(), width, targets, inputLengths, targetLengths);
  }

  private static int[] ints(Elements e) {
    return Arrays.stream(e.wholes()).mapToInt(Math::toIntExact).toArray();
  }

  void losses(double[] loss) {
    for (int n = 0; n < samples; n++) {
      double l = loss(n, forward(n));
      loss[n] = isZeroed(l) ? 0 : l;
    }
  }

  private boolean isZeroed(double loss) {
    return op.zeroInfinity() && loss == Double.POSITIVE_INFINITY;
  }

  /** The classes of a path's places: blank, label, blank, ... label, blank. */
  private int[] places(int n) {
    int[] places = new int[2 * targetLengths[n] + 1];
    for (int s = 0; s < places.length; s++) {
      places[s] = s % 2 == 0 ? op.blank() : targets[n * width + s / 2];
    }
    return places;
  }

  private double at(int t, int n, int c) {
    return x[(t * samples + n) * classes + c];
  }

  private static boolean maySkip(int[] places, int s) {
    return s >= 2 && s % 2 == 1 && places[s] != places[s - 2];
  }

  /** Log-probabilities of all beginnings of paths that end at a place, by step. */
  private double[][] forward(int n) {
    int[] places = places(n);
    double[][] alpha = new double[inputLengths[n]][places.length];
    for (int t = 0; t < alpha.length; t++) {
      for (int s = 0; s < places.length; s++) {
        double before;
        if (t == 0) {
          before = s < 2 ? 0 : NONE;
        } else {
          before = alpha[t - 1][s];
          before = s >= 1 ? logAdd(before, alpha[t - 1][s - 1]) : before;
          before = maySkip(places, s) ? logAdd(before, alpha[t - 1][s - 2]) : before;
        }
        alpha[t][s] = before + at(t, n, places[s]);
      }
    }
    return alpha;
  }

  private double loss(int n, double[][] alpha) {
    int last = 2 * targetLengths[n];
    if (alpha.length == 0) {
      return last == 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    double[] end = alpha[alpha.length - 1];
    return -(last == 0 ? end[0] : logAdd(end[last], end[last - 1]));
  }

  /** Log-probabilities of all ends of paths that follow a place, by step. */
  private double[][] backward(int n) {
    int[] places = places(n);
    double[][] beta = new double[inputLengths[n]][places.length];
    for (int t = beta.length - 1; t >= 0; t--) {
      for (int s = 0; s < places.length; s++) {
        double after = NONE;
        for (int next = s; next <= Math.min(s + 2, places.length - 1); next++) {
          if (t == beta.length - 1) {
            after = s >= places.length - 2 ? 0 : NONE;
          } else if (next < s + 2 || maySkip(places, next)) {
            after = logAdd(after, beta[t + 1][next] + at(t + 1, n, places[next]));
          }
        }
        beta[t][s] = after;
      }
    }
    return beta;
  }

  void gradients(double[] dloss, double[] dx) {
    for (int n = 0; n < samples; n++) {
      int[] places = places(n);
      double[][] alpha = forward(n);
      double[][] beta = backward(n);
      double loss = loss(n, alpha);
      for (int t = 0; t < inputLengths[n] && !isZeroed(loss); t++) {
        int row = (t * samples + n) * classes;
        if (!Double.isFinite(loss)) {
          Arrays.fill(dx, row, row + classes, Double.NaN);
          continue;
        }
        for (int s = 0; s < places.length; s++) {
          dx[row + places[s]] -= dloss[n] * Math.exp(alpha[t][s] + beta[t][s] + loss);
        }
      }
    }
  }

  private static double logAdd(double a, double b) {
    double max = Math.max(a, b);
    return max == NONE ? NONE : max + Math.log(Math.exp(a - max) + Math.exp(b - max));
  }
}
