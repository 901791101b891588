package dev.balboa.nn.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.layer.ActivationLayer;
import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Residual;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class Int8Test {
  private static final TensorSpec X = TensorSpec.f32(4, 1, 12, 12);

  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  private static Sequential network() {
    return Sequential.of(Shape.of(1, 12, 12))
        .add("first", new Conv2d(16, 3).same().relu())
        .add("second", new Conv2d(16, 3).same().relu())
        .add("pool", new MaxPool2d(2))
        .add("third", new Conv2d(20, 3).same())
        .add("norm", new BatchNorm())
        .add("inner", new Residual(new Conv2d(20, 3).same()))
        .add("relu", ActivationLayer.relu())
        .add("flatten", new Flatten())
        .add("dense", new Dense(32).activation(Activation.TANH))
        .add("last", new Dense(10))
        .build(3);
  }

  private static Tensor images(int n) {
    float[] x = new float[n * 144];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(0.37 * i);
    }
    return Tensor.of(x, n, 1, 12, 12);
  }

  /** ||a - b|| / ||b||. */
  private static double error(Tensor got, Tensor expected) {
    float[] a = got.toFloats();
    float[] b = expected.toFloats();
    double difference = 0;
    double size = 0;
    for (int i = 0; i < a.length; i++) {
      difference += Math.pow(a[i] - b[i], 2);
      size += Math.pow(b[i], 2);
    }
    return Math.sqrt(difference / size);
  }

  @Test
  void agreesWithF32ToTheErrorOfBytes() {
    try (Sequential model = network()) {
      Int8 int8 = Int8.calibrate(model, List.of(images(4), images(2)), Calibration.minMax());
      assertThat(int8.products())
          .containsExactly(
              "first.weight",
              "second.weight",
              "third.weight",
              "inner.body.weight",
              "dense.weight",
              "last.weight");
      assertThat(int8.toString()).contains("second.weight: seen [0.000, ", "range [0.000, ");
      for (Calibration c :
          List.of(Calibration.minMax(), Calibration.percentile(99.9), Calibration.entropy())) {
        try (Compiled compiled = model.compile(int8.with(c).options())) {
          Tensor x = images(4);
          assertThat(error(compiled.run(x), model.infer(x))).isBetween(1e-5, 0.08);
        }
      }
    }
  }

  @Test
  void productsHandEachOtherCodesAndWeightsAreQuantizedOnce() {
    try (Sequential model = network()) {
      Int8 int8 = Int8.calibrate(model, List.of(images(4)), Calibration.minMax());
      try (Compiled compiled = model.compile(int8.options())) {
        String[] plan = compiled.plan(X).split("each run:", -1);
        assertThat(plan[1])
            .contains("quantized_conv2d", "quantized_linear")
            .doesNotContain(" conv2d");
        // The picture, what comes from the pooling, into the residual block, and behind it.
        assertThat(plan[1].split("\n  quantize ", -1).length - 1).isLessThanOrEqualTo(6);
        assertThat(plan[0]).contains("quantize [");
        assertThat(compiled.graph(X).toString()).contains("U8[4, 16, 12, 12]");
        var weight = model.parameters().get("last.weight");
        Tensor before = compiled.run(images(4));
        weight.assign(weight.data().mul(2));
        assertThat(error(compiled.run(images(4)), before)).isGreaterThan(0.3);
        assertThat(error(compiled.run(images(4)), model.infer(images(4)))).isLessThan(0.08);
      }
    }
  }

  @Test
  void someProductsMayStayAsTheyAre() {
    try (Sequential model = network()) {
      Int8 int8 = Int8.calibrate(model, List.of(images(4)), Calibration.minMax());
      Int8 some = int8.without("first.weight", "last.weight");
      try (Compiled all = model.compile(int8.options());
          Compiled compiled = model.compile(some.options())) {
        Tensor x = images(4);
        Tensor expected = model.infer(x);
        assertThat(error(compiled.run(x), expected)).isBetween(1e-5, 0.08);
        assertThat(compiled.run(x).toFloats()).isNotEqualTo(all.run(x).toFloats());
        assertThat(compiled.plan(X)).contains("conv2d [F32[4, 1, 12, 12]");
      }
      assertThat(some.toString()).contains("first.weight").contains("stays in F32");
      assertThatThrownBy(() -> int8.without("fourth.weight"))
          .hasMessageContainingAll("fourth.weight", "first.weight");
    }
  }

  @Test
  void theReferenceGivesTheSame() {
    try (Sequential model = network()) {
      Int8 int8 = Int8.calibrate(model, List.of(images(2)), Calibration.minMax());
      Tensor x = images(2);
      float[] expected;
      try (var _ = Execution.on(Executors.reference());
          Compiled compiled = model.compile(int8.options())) {
        expected = compiled.run(x).toFloats();
      }
      try (Compiled compiled = model.compile(int8.options())) {
        // Steps of codes that round the other way may differ by one.
        assertThat(compiled.run(x).toFloats()).containsExactly(expected, within(2e-2f));
      }
    }
  }

  @Test
  void anEmptyBatchHasTheSameProducts() {
    try (Sequential model =
        Sequential.of(Shape.of(4), new Dense(8).relu(), new Dense(3)).build(1)) {
      Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 1, 4);
      Tensor nothing = Tensor.of(new float[0], 0, 4);
      Int8 int8 = Int8.calibrate(model, List.of(nothing, x), Calibration.minMax());
      try (Compiled compiled = model.compile(int8.options())) {
        assertThat(compiled.run(nothing).shape()).isEqualTo(Shape.of(0, 3));
        assertThat(error(compiled.run(x), model.infer(x))).isLessThan(0.08);
      }
      assertThatThrownBy(() -> Int8.calibrate(model, List.of(nothing), Calibration.minMax()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("no numbers", "0.weight", "1.weight");
    }
  }

  /** There is no code for it. */
  @Test
  void notANumberIsLost() {
    try (Sequential model = Sequential.of(Shape.of(2), new Dense(3)).build(1)) {
      Tensor x = Tensor.of(new float[] {-1, 1}, 1, 2);
      Int8 int8 = Int8.calibrate(model, List.of(x), Calibration.minMax());
      try (Compiled compiled = model.compile(int8.options())) {
        Tensor nan = Tensor.of(new float[] {Float.NaN, 0.5f}, 1, 2);
        for (float y : compiled.run(nan).toFloats()) {
          assertThat(y).isFinite();
        }
      }
    }
  }

  @Test
  void otherModelsAndNoSamplesAreRefused() {
    try (Sequential model = network();
        Sequential other = Sequential.of(Shape.of(4), new Dense(3)).build(1)) {
      assertThatThrownBy(() -> Int8.calibrate(model, List.of(), Calibration.minMax()))
          .hasMessageContaining("at least one batch");
      Int8 int8 = Int8.calibrate(model, List.of(images(1)), Calibration.minMax());
      try (Compiled compiled = other.compile(int8.options())) {
        assertThatThrownBy(() -> compiled.run(Tensor.of(new float[4], 1, 4)))
            .hasMessageContainingAll("calibrated for products", "0.weight");
      }
    }
  }
}
