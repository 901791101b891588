package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.AdamStep;
import dev.balboa.nn.op.Assign;
import dev.balboa.nn.op.AssignRows;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.MultiStep;
import dev.balboa.nn.op.OptimizerStep;
import dev.balboa.nn.op.RmsPropStep;
import dev.balboa.nn.op.SgdStep;
import java.util.Arrays;

/** Assignment and optimizer steps, which overwrite their first inputs. */
final class InPlaceKernels {
  private InPlaceKernels() {}

  static Prepared prepare(InPlaceOp op, Call call) {
    return switch (op) {
      case Assign o -> call.inPlace(o.mutated(), (in, _) -> in[0].copy(in[1], 0, 0, in[0].count()));
      case AssignRows o ->
          call.inPlace(o.mutated(), (in, _) -> assignRows(o, call.in(0).dim(0), in));
      case OptimizerStep o -> call.inPlace(o.mutated(), (in, _) -> step(o, in));
      case MultiStep o -> call.inPlace(o.mutated(), (in, _) -> steps(o, in));
    };
  }

  private static void steps(MultiStep op, Elements[] in) {
    for (int k = 0; k < op.count(); k++) {
      step(op.step(), op.inputs(k, Arrays.asList(in)).toArray(Elements[]::new));
    }
  }

  private static void step(OptimizerStep op, Elements[] in) {
    switch (op) {
      case SgdStep o -> sgd(o, in);
      case AdamStep o -> adam(o, in);
      case RmsPropStep o -> rmsProp(o, in);
    }
  }

  private static void assignRows(AssignRows op, long rows, Elements[] in) {
    int[] at = IndexKernels.positions(op.name(), in[1].wholes(), rows);
    int inner = at.length == 0 ? 0 : in[2].count() / at.length;
    for (int k = 0; k < at.length; k++) {
      in[0].copy(in[2], k * inner, at[k] * inner, inner);
    }
  }

  private static void sgd(SgdStep op, Elements[] in) {
    boolean momentum = op.momentum() > 0;
    double[] p = in[0].reals();
    double[] v = momentum ? in[1].reals() : null;
    double[] g = in[op.mutated()].reals();
    double[] scalars = in[op.mutated() + 1].reals();
    double lr = scalars[0];
    double m = scalars.length > 1 ? scalars[1] : op.momentum();
    for (int i = 0; i < p.length; i++) {
      double step = g[i] + op.weightDecay() * p[i];
      if (momentum) {
        v[i] = m * v[i] + step;
        step = op.nesterov() ? step + m * v[i] : v[i];
      }
      p[i] -= lr * step;
    }
  }

  private static void adam(AdamStep op, Elements[] in) {
    double[] p = in[0].reals();
    double[] m = in[1].reals();
    double[] v = in[2].reals();
    double[] g = in[3].reals();
    double[] scalars = in[4].reals();
    double lr = scalars[0];
    double t = scalars[1];
    double beta1 = scalars.length > 2 ? scalars[2] : op.beta1();
    double mCorrection = 1 - Math.pow(beta1, t);
    double vCorrection = 1 - Math.pow(op.beta2(), t);
    for (int i = 0; i < p.length; i++) {
      double gradient = g[i];
      if (op.decoupled()) {
        p[i] -= lr * op.weightDecay() * p[i];
      } else {
        gradient += op.weightDecay() * p[i];
      }
      m[i] = beta1 * m[i] + (1 - beta1) * gradient;
      v[i] = op.beta2() * v[i] + (1 - op.beta2()) * gradient * gradient;
      p[i] -= lr * (m[i] / mCorrection) / (Math.sqrt(v[i] / vCorrection) + op.epsilon());
    }
  }

  private static void rmsProp(RmsPropStep op, Elements[] in) {
    boolean momentum = op.momentum() > 0;
    double[] p = in[0].reals();
    double[] s = in[1].reals();
    double[] b = momentum ? in[2].reals() : null;
    double[] g = in[op.mutated()].reals();
    double[] scalars = in[op.mutated() + 1].reals();
    double lr = scalars[0];
    double m = scalars.length > 1 ? scalars[1] : op.momentum();
    for (int i = 0; i < p.length; i++) {
      double gradient = g[i] + op.weightDecay() * p[i];
      s[i] = op.alpha() * s[i] + (1 - op.alpha()) * gradient * gradient;
      double step = gradient / (Math.sqrt(s[i]) + op.epsilon());
      if (momentum) {
        b[i] = m * b[i] + step;
        step = b[i];
      }
      p[i] -= lr * step;
    }
  }
}
