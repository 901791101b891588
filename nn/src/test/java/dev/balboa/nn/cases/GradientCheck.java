package dev.balboa.nn.cases;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.exec.Gradients;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.Supplier;

/**
 * Compares derivatives with finite differences, in F64 on the reference: the derivative of {@code
 * sum(u * f(x))} along a random direction, and that of {@code sum(w * gradient)} in x and u
 * together, which is the derivative of the derivative. Differences are central and of fourth order,
 * so with a step of 2^-13 they are good to about eleven digits, and to fewer where the function
 * bends within a step, as a normalisation does over numbers that are nearly the same. There a step
 * of an eighth is off by 4,096 times less; a wrong derivative is wrong with both. What is left may
 * be what the function's own values are rounded by, over the step: of a function that has nearly
 * stopped changing, as tanh far from 0, the difference has few digits or none.
 */
final class GradientCheck {
  /** No error may reach this. */
  static final double LIMIT = 1e-8;

  private static final double STEP = 0x1p-13;

  /** What a value of a function is rounded by at most, of the size of its terms. */
  private static final double ROUNDING = 4 * 0x1p-53;

  private final OpCase c;
  private final Sample sample;

  GradientCheck(OpCase c, Sample sample) {
    this.c = c;
    this.sample = sample;
  }

  /** Relative errors of the first and the second derivative; 0 for one that is not there. */
  record Errors(double first, double second) {
    Errors max(Errors other) {
      return new Errors(Math.max(first, other.first), Math.max(second, other.second));
    }
  }

  /** A number, and the sizes of the terms it is the sum of. */
  private static final class Sum {
    private double value;
    private double squares;

    void add(double[] a, double[] b) {
      for (int i = 0; a != null && i < a.length; i++) {
        value += a[i] * b[i];
        squares += a[i] * b[i] * a[i] * b[i];
      }
    }

    double size() {
      return Math.sqrt(squares);
    }

    /** The relative error against the differences of a function. */
    double error(DoubleFunction<Sum> f) {
      double error = error(f, STEP, 0);
      if (error < LIMIT) {
        return error;
      }
      error = Math.min(error, error(f, STEP / 8, 0));
      return error < LIMIT ? error : error(f, STEP, ROUNDING);
    }

    private double error(DoubleFunction<Sum> f, double step, double rounding) {
      Sum near = f.apply(step);
      Sum beforeNear = f.apply(-step);
      Sum far = f.apply(2 * step);
      Sum beforeFar = f.apply(-2 * step);
      double expected =
          (8 * (near.value - beforeNear.value) - (far.value - beforeFar.value)) / (12 * step);
      double rounded =
          rounding
              * (8 * (near.size() + beforeNear.size()) + far.size() + beforeFar.size())
              / (12 * step);
      double size = Math.max(Math.abs(expected), size());
      double difference = Math.abs(value - expected);
      difference = difference <= rounded ? 0 : difference - rounded;
      return size < 1e-9 ? difference : difference / size;
    }
  }

  /** Inputs moved by {@code t} along their directions, as a sample. */
  private Sample moved(double t) {
    List<double[]> elements = new ArrayList<>();
    for (int i = 0; i < sample.inputs().size(); i++) {
      Input in = sample.inputs().get(i);
      int source = in.sameAs() >= 0 ? in.sameAs() : i;
      elements.add(
          in.differentiable() ? along(in.elements(), t, direction(source)) : in.elements());
    }
    return sample.with(elements);
  }

  private static double[] along(double[] x, double t, double[] direction) {
    double[] moved = x.clone();
    for (int i = 0; i < x.length; i++) {
      moved[i] += t * direction[i];
    }
    return moved;
  }

  private double[] direction(int input) {
    return numbers(Draw.count(sample.specs().get(input).shape()), 1000 + input);
  }

  /** In [-1, 1]. */
  private static double[] numbers(int n, long seed) {
    double[] x = Runs.numbers(n, seed);
    for (int i = 0; i < n; i++) {
      x[i] = Math.tanh(x[i]);
    }
    return x;
  }

  private static double[] weights(TensorSpec spec, int seed) {
    return numbers(Draw.count(spec.shape()), 2000 + seed);
  }

  /** What the outputs of a run are, with the leaves they depend on. */
  private record Graph(List<Tensor> leaves, List<Tensor> outputs) {}

  private Graph graph(double t) {
    Sample at = moved(t);
    List<Tensor> inputs;
    try (var _ = Execution.noGrad()) {
      inputs = Placing.place(at.inputs());
    }
    List<Tensor> leaves = Runs.withLeaves(at, inputs);
    List<Tensor> outputs =
        c.run(at, inputs).stream().filter(y -> Gradients.requiresGrad(y.value())).toList();
    return new Graph(leaves, outputs);
  }

  Errors check() {
    return inScope(
        () -> new Errors(first(), c.derivative() == OpCase.Derivative.TWICE ? second() : 0));
  }

  private static <T> T inScope(Supplier<T> body) {
    try (var _ = Execution.on(Executors.reference());
        var _ = Scope.open()) {
      return body.get();
    }
  }

  // ---- First derivative ----

  private double first() {
    Sum analytic = new Sum();
    List<double[]> gradients = inScope(() -> gradients(0));
    for (int i = 0; i < gradients.size(); i++) {
      analytic.add(gradients.get(i), direction(sample.leaves().get(i)));
    }
    return analytic.error(t -> inScope(() -> value(t)));
  }

  private Sum value(double t) {
    Sum sum = new Sum();
    List<Tensor> outputs = graph(t).outputs();
    for (int k = 0; k < outputs.size(); k++) {
      sum.add(Runs.read(outputs.get(k)), cotangent(outputs.get(k), k, 0));
    }
    return sum;
  }

  private static double[] cotangent(Tensor y, int k, double t) {
    double[] u = numbers(Draw.count(y.shape()), 3000 + k);
    return along(u, t, numbers(u.length, 4000 + k));
  }

  /** One gradient per leaf, summed over the outputs; {@code null} where there is none. */
  private List<double[]> gradients(double t) {
    Graph g = graph(t);
    List<double[]> total = new ArrayList<>();
    g.leaves().forEach(_ -> total.add(null));
    for (int k = 0; k < g.outputs().size(); k++) {
      Tensor y = g.outputs().get(k);
      Tensor u = Placing.dense(y.spec(), cotangent(y, k, t));
      List<Tensor> grads = y.grad(u, false, g.leaves().toArray(Tensor[]::new));
      for (int i = 0; i < grads.size(); i++) {
        if (grads.get(i) != null) {
          double[] more = Runs.read(grads.get(i));
          total.set(i, total.get(i) == null ? more : along(total.get(i), 1, more));
        }
      }
    }
    return total;
  }

  // ---- Second derivative ----

  private double second() {
    Sum analytic = inScope(this::derivativeOfGradient);
    return analytic.error(t -> inScope(() -> weighted(gradients(t))));
  }

  private Sum weighted(List<double[]> gradients) {
    Sum sum = new Sum();
    for (int i = 0; i < gradients.size(); i++) {
      sum.add(gradients.get(i), weights(sample.specs().get(sample.leaves().get(i)), i));
    }
    return sum;
  }

  private Sum derivativeOfGradient() {
    Graph g = graph(0);
    List<Tensor> variables = new ArrayList<>(g.leaves());
    List<double[]> directions = new ArrayList<>();
    sample.leaves().forEach(i -> directions.add(direction(i)));
    Tensor total = null;
    for (int k = 0; k < g.outputs().size(); k++) {
      Tensor y = g.outputs().get(k);
      Tensor u = Placing.dense(y.spec(), cotangent(y, k, 0)).withGrad();
      variables.add(u);
      directions.add(numbers(Draw.count(y.shape()), 4000 + k));
      List<Tensor> grads = y.grad(u, true, g.leaves().toArray(Tensor[]::new));
      for (int i = 0; i < grads.size(); i++) {
        Tensor grad = grads.get(i);
        if (grad != null) {
          Tensor term = grad.mul(Placing.dense(grad.spec(), weights(grad.spec(), i))).sum();
          total = total == null ? term : total.add(term);
        }
      }
    }
    Sum sum = new Sum();
    if (total != null) {
      List<Tensor> grads = total.grad(false, variables.toArray(Tensor[]::new));
      for (int i = 0; i < grads.size(); i++) {
        if (grads.get(i) != null) {
          sum.add(Runs.read(grads.get(i)), directions.get(i));
        }
      }
    }
    return sum;
  }
}
