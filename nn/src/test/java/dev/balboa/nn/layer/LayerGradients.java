package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Holds all gradients of a layer in F64 to central differences of fourth order along a random
 * direction, at random parameters.
 */
final class LayerGradients {
  private static final double STEP = 0x1p-13;

  private final List<Parameter> variables;
  private final List<double[]> at = new ArrayList<>();
  private final List<double[]> directions = new ArrayList<>();
  private final Supplier<Tensor> output;

  private LayerGradients(List<Parameter> variables, Supplier<Tensor> output) {
    this.variables = variables;
    this.output = output;
    for (int i = 0; i < variables.size(); i++) {
      at.add(variables.get(i).data().toDoubles());
      directions.add(random(variables.get(i), 100 + i));
    }
  }

  private static double[] random(Parameter like, int seed) {
    try (var _ = Scope.open()) {
      return normal(seed, like.data()).toDoubles();
    }
  }

  static Tensor normal(int seed, Tensor like) {
    return Tensors.normal(new RandomStream(seed), 0, 1, like.shape()).cast(DType.F64);
  }

  /**
   * Checks a layer.
   *
   * @param inputs leaves besides the layer's parameters
   * @param output applies the layer to the inputs
   */
  static void check(Layer layer, List<Parameter> inputs, Supplier<Tensor> output) {
    List<Parameter> variables = new ArrayList<>(layer.parameters().values());
    for (int i = 0; i < variables.size(); i++) {
      try (var _ = Scope.open()) {
        Parameter p = variables.get(i);
        assertThat(p.data().dtype()).isEqualTo(DType.F64);
        p.assign(p.data().mul(0.5).add(normal(200 + i, p.data()).mul(0.3)));
      }
    }
    variables.addAll(inputs);
    new LayerGradients(variables, output).check();
  }

  private void check() {
    double analytic = 0;
    try (var _ = Scope.open()) {
      value().backward();
    }
    for (int i = 0; i < variables.size(); i++) {
      Tensor grad = variables.get(i).grad();
      assertThat(grad).as("gradient of variable %d", i).isNotNull();
      double[] g = grad.toDoubles();
      for (int j = 0; j < g.length; j++) {
        analytic += g[j] * directions.get(i)[j];
      }
      variables.get(i).zeroGrad();
    }
    double near = moved(STEP) - moved(-STEP);
    double far = moved(2 * STEP) - moved(-2 * STEP);
    double numeric = (8 * near - far) / (12 * STEP);
    assertThat(analytic).isCloseTo(numeric, within(1e-8 * Math.max(1, Math.abs(numeric))));
  }

  private Tensor value() {
    Tensor y = output.get();
    return y.mul(normal(7, y)).sum();
  }

  private double moved(double t) {
    try (var _ = Scope.open();
        var _ = Execution.noGrad()) {
      for (int i = 0; i < variables.size(); i++) {
        double[] x = at.get(i).clone();
        for (int j = 0; j < x.length; j++) {
          x[j] += t * directions.get(i)[j];
        }
        variables.get(i).assign(Tensor.of(x, variables.get(i).data().shape().dims()));
      }
      return value().item();
    }
  }
}
