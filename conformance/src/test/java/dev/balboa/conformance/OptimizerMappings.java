package dev.balboa.conformance;

import dev.balboa.nn.op.AdamStep;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.SgdStep;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Steps of optimizers. Inputs are the rate, the count of steps, then all X, all G, all states. */
final class OptimizerMappings {
  /** So late that the correction of the first steps is over. */
  private static final double LATE = 1e9;

  private OptimizerMappings() {}

  static void addTo(Mapping.Table t) {
    t.many("Momentum", OptimizerMappings::momentum);
    t.many("Adam", OptimizerMappings::adam);
  }

  private static Tensor numbers(double... x) {
    float[] f = new float[x.length];
    for (int i = 0; i < f.length; i++) {
      f[i] = (float) x[i];
    }
    return Tensor.of(f).cast(DType.F64);
  }

  private static List<Tensor> momentum(Call c) {
    double alpha = c.number("alpha", 0);
    boolean first = c.integersIn(1)[0] == 0;
    c.uncoveredIf(!first && c.number("beta", 1) != 1, "a gradient that is dampened");
    boolean nesterov = c.text("mode", "").equals("nesterov");
    Op step = new SgdStep(alpha, nesterov, c.number("norm_coefficient", 0));
    int n = (c.count() - 2) / 3;
    List<Tensor> x = new ArrayList<>();
    List<Tensor> v = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      x.add(c.in(2 + i).copy());
      v.add(c.in(2 + 2 * n + i).copy());
      Tensor.apply(step, x.get(i), v.get(i), c.in(2 + n + i), numbers(c.numbersIn(0)[0]));
    }
    x.addAll(v);
    return x;
  }

  /** ONNX adds epsilon before the correction of the first steps, Balboa after it. */
  private static List<Tensor> adam(Call c) {
    double beta1 = c.number("alpha", 0.9);
    double beta2 = c.number("beta", 0.999);
    c.uncoveredIf(!c.hasAttribute("epsilon"), "an epsilon that the model does not state");
    long count = c.integersIn(1)[0];
    double corrected = count == 0 ? 1 : Math.sqrt(1 - Math.pow(beta2, (double) count));
    double epsilon = c.number("epsilon", 1e-6) / corrected;
    Op step = new AdamStep(beta1, beta2, epsilon, c.number("norm_coefficient", 0), false);
    double kept = 1 - c.number("norm_coefficient_post", 0);
    int n = (c.count() - 2) / 4;
    List<Tensor> x = new ArrayList<>();
    List<Tensor> m = new ArrayList<>();
    List<Tensor> v = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Tensor p = c.in(2 + i).copy();
      m.add(c.in(2 + 2 * n + i).copy());
      v.add(c.in(2 + 3 * n + i).copy());
      Tensor numbers = numbers(c.numbersIn(0)[0], count == 0 ? LATE : (double) count);
      Tensor.apply(step, p, m.get(i), v.get(i), c.in(2 + n + i), numbers);
      x.add(p.mul(kept));
    }
    x.addAll(m);
    x.addAll(v);
    return x;
  }
}
