package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.Arange;
import dev.balboa.nn.op.CosineWindow;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.RandomBernoulli;
import dev.balboa.nn.op.RandomIntegers;
import dev.balboa.nn.op.RandomNormal;
import dev.balboa.nn.op.RandomPermutation;
import dev.balboa.nn.op.RandomUniform;
import dev.balboa.nn.op.SourceOp;
import java.util.Arrays;

/** Constants and random numbers. */
final class SourceKernels {
  private SourceKernels() {}

  static Prepared prepare(SourceOp op, Call call) {
    return switch (op) {
      case Fill o -> call.plain((_, out) -> fill(o, out[0]));
      case Arange o -> call.plain((_, out) -> arange(o, out[0]));
      case CosineWindow o -> call.plain((_, out) -> cosineWindow(o, out[0].reals()));
      case RandomUniform o -> call.plain((in, out) -> uniform(o, in[0], out[0].reals()));
      case RandomBernoulli o -> call.plain((in, out) -> bernoulli(o, in[0], out[0].reals()));
      case RandomIntegers o -> call.plain((in, out) -> integers(o, in[0], out[0].wholes()));
      case RandomPermutation _ -> call.plain((in, out) -> permutation(in[0], out[0].wholes()));
      case RandomNormal o -> call.plain((in, out) -> normal(o, in[0], out[0].reals()));
    };
  }

  private static void fill(Fill op, Elements out) {
    if (out.isReal()) {
      Arrays.fill(out.reals(), op.value());
    } else {
      Arrays.fill(out.wholes(), ElementwiseKernels.whole(op.dtype(), op.value()));
    }
  }

  private static void arange(Arange op, Elements out) {
    for (int i = 0; i < out.count(); i++) {
      if (out.isReal()) {
        out.reals()[i] = op.start() + i * op.step();
      } else {
        out.wholes()[i] = (long) op.start() + i * (long) op.step();
      }
    }
  }

  private static void cosineWindow(CosineWindow op, double[] y) {
    for (int i = 0; i < y.length; i++) {
      long mirrored = Math.min(i, op.period() - i);
      for (int j = 0; j < op.coefficients().size(); j++) {
        double sign = j % 2 == 0 ? 1 : -1;
        double turns = (double) j * mirrored / op.period();
        y[i] += sign * op.coefficients().get(j) * Math.cos(2 * Math.PI * turns);
      }
    }
  }

  /** In F32 arithmetic, rounded step by step: every backend draws exactly the same numbers. */
  private static void uniform(RandomUniform op, Elements key, double[] y) {
    Philox random = new Philox(key.wholes());
    float low = (float) op.low();
    float range = (float) op.high() - low;
    for (int i = 0; i < y.length; i++) {
      y[i] = (float) random.uniform(i) * range + low;
    }
  }

  private static void bernoulli(RandomBernoulli op, Elements key, double[] y) {
    Philox random = new Philox(key.wholes());
    float p = (float) op.p();
    for (int i = 0; i < y.length; i++) {
      y[i] = random.uniform(i) < p ? 1 : 0;
    }
  }

  private static void integers(RandomIntegers op, Elements key, long[] y) {
    Philox random = new Philox(key.wholes());
    for (int i = 0; i < y.length; i++) {
      y[i] = op.low() + random.below(i, op.high() - op.low());
    }
  }

  private static void permutation(Elements key, long[] y) {
    Philox random = new Philox(key.wholes());
    Arrays.setAll(y, i -> i);
    for (int i = y.length - 1; i > 0; i--) {
      int j = (int) random.below(i, i + 1);
      long moved = y[i];
      y[i] = y[j];
      y[j] = moved;
    }
  }

  private static void normal(RandomNormal op, Elements key, double[] y) {
    Philox random = new Philox(key.wholes());
    for (int i = 0; i < y.length; i++) {
      y[i] = op.mean() + op.deviation() * random.normal(i);
    }
  }
}
