package dev.balboa.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Each optimizer against PyTorch's formulas, written out for one number. */
@ParameterizedClass
@EnumSource(TestBackend.class)
class OptimizerTest {
  private static final int STEPS = 5;
  private static final double START = 1.5;

  @RegisterExtension final TestExecution execution;
  private final boolean exact;

  private final Map<String, Parameter> parameters = new LinkedHashMap<>();

  OptimizerTest(TestBackend backend) {
    execution = new TestExecution(backend);
    exact = backend == TestBackend.REFERENCE;
  }

  /** F64 where the backend has it, else F32. */
  private Tensor tensor(double... values) {
    return exact ? Tensor.of(values) : Tensor.of(floats(values));
  }

  private static float[] floats(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }

  private double[] values(Tensor t) {
    if (t.dtype() == DType.F64) {
      return t.toDoubles();
    }
    float[] narrow = t.toFloats();
    double[] wide = new double[narrow.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = narrow[i];
    }
    return wide;
  }

  private Offset<Double> tolerance() {
    return within(exact ? 1e-12 : 2e-6);
  }

  @BeforeEach
  void create() {
    parameters.put("0.weight", Parameter.trainable(tensor(START, -START)));
    parameters.put("0.bias", Parameter.trainable(tensor(START)));
    parameters.put("1.running_mean", Parameter.state(tensor(1)));
  }

  @AfterEach
  void close() {
    parameters.values().forEach(Parameter::close);
  }

  private double weight() {
    return values(parameters.get("0.weight").data())[0];
  }

  private double bias() {
    return values(parameters.get("0.bias").data())[0];
  }

  /** Gradient 2 w in the weight (the loss is its square), none in the bias. */
  private void backward() {
    parameters.get("0.weight").tensor().square().sum().backward();
  }

  private void check(Optimizer optimizer, UnaryOperator<Double> update) {
    try (optimizer) {
      double expected = START;
      for (int i = 0; i < STEPS; i++) {
        optimizer.zeroGrad();
        backward();
        optimizer.step();
        expected = update.apply(expected);
        assertThat(weight()).isCloseTo(expected, tolerance());
        assertThat(values(parameters.get("0.weight").data())[1]).isEqualTo(-weight());
      }
      assertThat(bias()).as("no gradient").isEqualTo(START);
      assertThat(values(parameters.get("1.running_mean").data())).containsExactly(1);
    }
  }

  @Test
  void plainDescent() {
    check(new Sgd(parameters, 0.1), p -> p - 0.1 * 2 * p);
  }

  @Test
  void descentWithMomentumAndDecay() {
    double[] v = new double[1];
    check(
        new Sgd(parameters, 0.1).momentum(0.9).weightDecay(0.01),
        p -> {
          double g = 2 * p + 0.01 * p;
          v[0] = 0.9 * v[0] + g;
          return p - 0.1 * v[0];
        });
  }

  @Test
  void nesterovsMethod() {
    double[] v = new double[1];
    check(
        new Sgd(parameters, 0.05).momentum(0.8).nesterov(),
        p -> {
          double g = 2 * p;
          v[0] = 0.8 * v[0] + g;
          return p - 0.05 * (g + 0.8 * v[0]);
        });
  }

  private static UnaryOperator<Double> adam(double decay, boolean decoupled) {
    double[] s = new double[3];
    return p -> {
      double t = ++s[2];
      double q = decoupled ? p - 0.1 * decay * p : p;
      double g = 2 * p + (decoupled ? 0 : decay * p);
      s[0] = 0.8 * s[0] + 0.2 * g;
      s[1] = 0.99 * s[1] + 0.01 * g * g;
      double m = s[0] / (1 - Math.pow(0.8, t));
      double v = s[1] / (1 - Math.pow(0.99, t));
      return q - 0.1 * m / (Math.sqrt(v) + 1e-6);
    };
  }

  @Test
  void adam() {
    check(
        new Adam(parameters, 0.1).betas(0.8, 0.99).epsilon(1e-6).weightDecay(0.05),
        adam(0.05, false));
  }

  @Test
  void adamWithDecoupledDecay() {
    check(
        new AdamW(parameters, 0.1).betas(0.8, 0.99).epsilon(1e-6).weightDecay(0.05),
        adam(0.05, true));
  }

  @Test
  void rmsProp() {
    double[] s = new double[2];
    check(
        new RmsProp(parameters, 0.01).alpha(0.9).epsilon(1e-6).momentum(0.5).weightDecay(0.1),
        p -> {
          double g = 2 * p + 0.1 * p;
          s[0] = 0.9 * s[0] + 0.1 * g * g;
          s[1] = 0.5 * s[1] + g / (Math.sqrt(s[0]) + 1e-6);
          return p - 0.01 * s[1];
        });
  }

  @Test
  void rmsPropWithoutMomentum() {
    double[] s = new double[1];
    check(
        new RmsProp(parameters, 0.01),
        p -> {
          s[0] = 0.99 * s[0] + 0.01 * 4 * p * p;
          return p - 0.01 * 2 * p / (Math.sqrt(s[0]) + 1e-8);
        });
  }

  @Test
  void aParameterCountsItsOwnSteps() {
    try (Adam adam = new Adam(parameters, 0.1)) {
      backward();
      adam.step();
      adam.step();
      parameters.get("0.bias").tensor().square().sum().backward();
      adam.step();
      // The first step of Adam has the size of the learning rate whatever the gradient is.
      assertThat(bias()).isCloseTo(START - 0.1, within(1e-6));
      assertThat(adam.state().get("0.weight.step").toDoubles()).containsExactly(3);
      assertThat(adam.state().get("0.bias.step").toDoubles()).containsExactly(1);
    }
  }

  @Test
  void groupsScaleTheRateAndReplaceTheDecay() {
    try (Sgd sgd = new Sgd(parameters, 0.1).weightDecay(0.5)) {
      sgd.withoutDecay(path -> path.endsWith("bias"))
          .group(new ParameterGroup(path -> path.startsWith("0.w"), 0.5, 0.2));
      backward();
      parameters.get("0.bias").tensor().sum().backward();
      sgd.step();
      assertThat(weight()).isCloseTo(START - 0.05 * (2 * START + 0.2 * START), tolerance());
      assertThat(bias()).isCloseTo(START - 0.1, tolerance());
      assertThatThrownBy(() -> sgd.withoutDecay(_ -> true))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("sgd: groups must be set before the first step");
      assertThatThrownBy(() -> sgd.momentum(0.1)).hasMessageContaining("before the first step");
    }
  }

  @Test
  void gradientsAccumulateUntilTheyAreDropped() {
    try (Sgd sgd = new Sgd(parameters, 0.1)) {
      backward();
      backward();
      assertThat(values(parameters.get("0.weight").grad())[0]).isEqualTo(4 * START);
      sgd.zeroGrad();
      assertThat(parameters.get("0.weight").grad()).isNull();
    }
  }

  @Test
  void aRestoredStateContinuesExactly() {
    Map<String, double[]> saved = new LinkedHashMap<>();
    double[] weights;
    double expected;
    try (Adam adam = new Adam(parameters, 0.1)) {
      steps(adam, 2);
      adam.state().forEach((key, tensor) -> saved.put(key, values(tensor)));
      weights = values(parameters.get("0.weight").data());
      steps(adam, 3);
      expected = weight();
    }
    assertThat(saved.keySet())
        .containsExactly(
            "0.weight.exp_avg",
            "0.weight.exp_avg_sq",
            "0.weight.step",
            "0.bias.exp_avg",
            "0.bias.exp_avg_sq",
            "0.bias.step");
    parameters.get("0.weight").assign(tensor(weights));
    Map<String, Tensor> state = new LinkedHashMap<>();
    saved.forEach((key, values) ->
        state.put(key, key.endsWith(".step") ? Tensor.of(values) : tensor(values)));
    try (Adam adam = new Adam(parameters, 0.1)) {
      adam.load(state);
      steps(adam, 3);
      assertThat(weight()).isEqualTo(expected);
    }
  }

  private void steps(Optimizer optimizer, int count) {
    for (int i = 0; i < count; i++) {
      optimizer.zeroGrad();
      backward();
      optimizer.step();
    }
  }

  @Test
  void aStateThatDoesNotFitIsRefusedWhole() {
    try (Adam adam = new Adam(parameters, 0.1);
        Sgd sgd = new Sgd(parameters, 0.1).momentum(0.9)) {
      assertThatThrownBy(() -> adam.load(sgd.state()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'0.weight.exp_avg' is missing")
          .hasMessageContaining("'0.weight.momentum_buffer' is unknown");
      Map<String, Tensor> state = new LinkedHashMap<>(adam.state());
      state.put("0.bias.step", Tensor.of(new double[] {-1}));
      assertThatThrownBy(() -> adam.load(state)).hasMessageContaining("expected a step count");
      state.put("0.bias.step", Tensor.of(new float[] {1}));
      assertThatThrownBy(() -> adam.load(state))
          .hasMessageContaining("'0.bias.step': expected F64[1], got F32[1]");
    }
  }

  @Test
  void numbersThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new Sgd(parameters, Double.NaN))
        .hasMessage("sgd: expected a finite learning rate >= 0, got NaN");
    assertThatThrownBy(() -> new Sgd(parameters, 1).nesterov())
        .hasMessageContaining("expected momentum > 0");
    assertThatThrownBy(() -> new Adam(parameters, 1).betas(1, 0.9)).hasMessageContaining("beta1");
    assertThatThrownBy(() -> new Sgd(Map.of(), 1))
        .hasMessageContaining("at least one trainable parameter");
    assertThatThrownBy(() -> new ParameterGroup(_ -> true, -1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aClosedOptimizerRefusesToStep() {
    Adam adam = new Adam(parameters, 0.1);
    adam.close();
    assertThatThrownBy(adam::step).hasMessage("adam: the optimizer is closed");
  }
}
