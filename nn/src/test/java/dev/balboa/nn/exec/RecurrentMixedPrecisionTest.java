package dev.balboa.nn.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.layer.Gru;
import dev.balboa.nn.layer.Lstm;
import dev.balboa.nn.layer.RecurrentLayer;
import dev.balboa.nn.layer.SimpleRnn;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.RecurrentOutput;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A training step of every recurrent cell in mixed precision. BF16 has a significand of 8 bits, so
 * rounding moves a number by at most u = 2^-9 of itself, and a tensor by at most u of its norm.
 *
 * <p>Between a gradient in F32 and the same one here, there lie, of each layer, the roundings of x,
 * W_x, W_h, the bias and the peepholes, of the hidden state at each of T steps, of its cotangent,
 * and of the gradient itself: T + 7. Weights of about 1 / sqrt(units) and few steps pass a
 * perturbation on without enlarging it, so all of them together move it by (T + 7) u for each
 * layer, if they all pull in the same direction.
 */
@ParameterizedClass
@EnumSource(TestBackend.class)
class RecurrentMixedPrecisionTest {
  private static final double U = 0x1p-9;
  private static final int N = 4;
  private static final int T = 6;
  private static final int C = 5;
  private static final int H = 8;

  @RegisterExtension final TestExecution execution;

  RecurrentMixedPrecisionTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  private static RecurrentLayer<?> layer(RecurrentCell cell, int layers, boolean both) {
    RecurrentLayer<?> layer =
        switch (cell) {
          case VANILLA_TANH -> new SimpleRnn(H);
          case VANILLA_RELU -> new SimpleRnn(H).relu();
          case LSTM -> new Lstm(H);
          case LSTM_PEEPHOLE -> new Lstm(H).peepholes();
          case GRU -> new Gru(H).resetBefore();
          case GRU_LINEAR_BEFORE_RESET -> new Gru(H);
        };
    layer.layers(layers).sequences();
    if (both) {
      layer.bidirectional();
    }
    layer.build(Shape.of(T, C), 3);
    // Biases and peepholes start at zero, which rounds to itself.
    layer
        .parameters()
        .forEach((name, p) -> {
          if (p.data().shape().rank() == 1) {
            p.assign(normal(name.hashCode(), 0.3, p.data().shape()));
          }
        });
    return layer;
  }

  private static Tensor normal(long seed, double deviation, Shape shape) {
    return Tensors.normal(new RandomStream(seed), 0, deviation, shape);
  }

  private static Tensor input() {
    return normal(1, 1, Shape.of(N, T, C));
  }

  private static Tensor lengths() {
    return Tensor.of(new int[] {6, 3, 1, 5});
  }

  /** To BF16 and back. */
  private static Tensor rounded(Tensor x) {
    return x.cast(DType.BF16).cast(DType.F32);
  }

  private static double norm(Tensor x) {
    return Math.sqrt(x.square().sum().item());
  }

  private static double error(Tensor got, Tensor expected) {
    assertThat(got.spec()).isEqualTo(expected.spec());
    return norm(got.sub(expected)) / norm(expected);
  }

  static Stream<Arguments> layers() {
    return Stream.of(RecurrentCell.values())
        .flatMap(cell -> Stream.of(Arguments.of(cell, 1, false), Arguments.of(cell, 2, true)));
  }

  // ---- What is computed ----

  /** F32 on what was rounded; states are rounded at each step or in the end. */
  @ParameterizedTest
  @EnumSource
  void resultsAreThoseOfRoundedOperandsRounded(RecurrentCell cell) {
    try (RecurrentLayer<?> layer = layer(cell, 1, false)) {
      Tensor x = input();
      RecurrentOutput mixed;
      try (var _ = Execution.mixedPrecision()) {
        mixed = layer.run(x, null, lengths());
      }
      layer.parameters().values().forEach(p -> p.assign(rounded(p.data())));
      RecurrentOutput full = layer.run(rounded(x), null, lengths());
      same(mixed.y(), full.y());
      same(mixed.state().h(), full.state().h());
      if (cell.hasCellState()) {
        same(mixed.state().c(), full.state().c());
      }
    }
  }

  private static void same(Tensor mixed, Tensor full) {
    assertThat(mixed.dtype()).isEqualTo(DType.BF16);
    assertThat(full.dtype()).isEqualTo(DType.F32);
    double allowed = (T + 1) * U;
    assertThat(error(mixed.cast(DType.F32), full)).isLessThanOrEqualTo(allowed);
  }

  // ---- A training step ----

  private record Step(double loss, Map<String, Tensor> gradients) {}

  /** The gradients of a mean squared error, those of the input among them. */
  private static Step step(RecurrentLayer<?> layer, UnaryOperator<Tensor> forward, DType expected) {
    Tensor x = input().withGrad();
    Tensor y = forward.apply(x);
    assertThat(y.dtype()).isEqualTo(expected);
    Tensor loss = Losses.mse(y.cast(DType.F32), normal(2, 1, y.shape()));
    loss.backward();
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    gradients.put("x", x.grad().copy());
    layer.parameters().forEach((name, p) -> gradients.put(name, p.grad().copy()));
    x.zeroGrad();
    return new Step(loss.item(), gradients);
  }

  private static Tensor inMixedPrecision(RecurrentLayer<?> layer, Tensor x) {
    try (var _ = Execution.mixedPrecision()) {
      return layer.run(x, null, lengths()).y();
    }
  }

  @ParameterizedTest
  @MethodSource("layers")
  void aStepIsCloseToThatOfF32AndKeepsItsMasters(RecurrentCell cell, int layers, boolean both) {
    try (RecurrentLayer<?> layer = layer(cell, layers, both);
        Sgd sgd = new Sgd(layer.parameters(), 1e-4)) {
      Step full = step(layer, x -> layer.run(x, null, lengths()).y(), DType.F32);
      sgd.zeroGrad();
      Step mixed = step(layer, x -> inMixedPrecision(layer, x), DType.BF16);
      double allowed = layers * (T + 7) * U;
      assertThat(Math.abs(mixed.loss / full.loss - 1)).isLessThanOrEqualTo(allowed);
      full.gradients.forEach((name, g) ->
          assertThat(error(mixed.gradients.get(name), g)).as(name).isBetween(1e-6, allowed));

      List<Parameter> masters = List.copyOf(layer.parameters().values());
      List<Tensor> before = masters.stream().map(p -> p.data().copy()).toList();
      sgd.step();
      for (int i = 0; i < masters.size(); i++) {
        Tensor now = masters.get(i).data();
        Tensor wanted = before.get(i).sub(masters.get(i).grad().mul(1e-4));
        assertThat(now.dtype()).isEqualTo(DType.F32);
        assertThat(error(now, wanted)).isLessThan(0x1p-23);
        // What BF16 would have lost: the step is smaller than the distance of its numbers.
        assertThat(error(now, before.get(i))).isBetween(1e-9, U / 4);
        assertThat(now.toFloats()).isNotEqualTo(rounded(now).toFloats());
      }
      sgd.zeroGrad();
    }
  }
}
