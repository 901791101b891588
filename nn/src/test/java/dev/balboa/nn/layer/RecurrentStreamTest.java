package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.RecurrentOutput;
import dev.balboa.nn.tensor.RecurrentState;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RecurrentStreamTest {
  private static final long N = 3;
  private static final long C = 2;
  private static final long H = 5;

  @RegisterExtension final TestExecution reference = new TestExecution();

  private static Tensor random(int seed, long... dims) {
    return Tensors.normal(new RandomStream(seed), 0, 1, Shape.of(dims));
  }

  private static <L extends Layer> L built(L layer) {
    layer.build(Shape.of(4, C), 7);
    return layer;
  }

  private static void same(Tensor got, Tensor expected) {
    assertThat(got.shape()).isEqualTo(expected.shape());
    assertThat(got.toFloats()).containsExactly(expected.toFloats(), within(1e-6f));
  }

  @Test
  void piecesAndStepsAreTheSequence() {
    Tensor x = random(1, N, 7, C);
    try (Lstm lstm = built(new Lstm(H).layers(2));
        RecurrentStream stream = lstm.stream()) {
      RecurrentOutput whole = lstm.run(x);
      assertThat(stream.state()).isNull();
      for (int round = 0; round < 2; round++) {
        try (var _ = Scope.open()) {
          same(stream.run(x.slice(1, 0, 4)), whole.y().slice(1, 0, 4));
        }
        try (var _ = Scope.open()) {
          same(stream.step(x.slice(1, 4, 5).squeeze(1)), whole.y().slice(1, 4, 5).squeeze(1));
          same(stream.run(x.slice(1, 5, 7)), whole.y().slice(1, 5, 7));
        }
        same(stream.state().h(), whole.state().h());
        same(stream.state().c(), whole.state().c());
        stream.reset();
      }
      assertThat(stream.state()).isNull();
    }
  }

  @Test
  void streamsOfOneLayerDoNotMeet() {
    Tensor x = random(1, N, C);
    try (Gru gru = built(new Gru(H));
        RecurrentStream one = gru.stream();
        RecurrentStream other = gru.stream()) {
      same(one.step(x), other.step(x));
      Tensor second = one.step(x);
      assertThat(second.toFloats()).isNotEqualTo(gru.step(x, null).y().toFloats());
      same(other.step(x), second);
    }
  }

  /** The gradient of a piece is that of a sequence which starts from a state that is a constant. */
  @Test
  void gradientsEndWhereThePieceBegins() {
    Tensor x = random(1, N, 6, C);
    try (Gru gru = built(new Gru(H));
        RecurrentStream stream = gru.stream()) {
      Tensor first = x.slice(1, 0, 3).copy().withGrad();
      RecurrentState middle = gru.run(x.slice(1, 0, 3)).state().detach();
      stream.run(first);
      stream.run(x.slice(1, 3, 6)).square().sum().backward();
      assertThat(first.grad()).isNull();
      float[] got = gru.weights(0, false).recurrent().grad().toFloats();
      gru.parameters().values().forEach(p -> p.zeroGrad());
      gru.run(x.slice(1, 3, 6), middle).y().square().sum().backward();
      assertThat(got)
          .containsExactly(gru.weights(0, false).recurrent().grad().toFloats(), within(1e-6f));
    }
  }

  /**
   * Truncated back-propagation through time: what has to be remembered lies further back than a
   * piece is long, and the carried state brings it. The input is 1 or -1 at the first step of four
   * pieces, and the output is to be that in every step.
   */
  @Test
  void learnsOverMorePiecesThanOne() {
    long batch = 16;
    RandomStream random = new RandomStream(3);
    try (Gru gru = new Gru(8).sequences();
        Dense dense = new Dense(1)) {
      gru.build(Shape.of(5, 1), 1);
      dense.build(Shape.of(5, 8), 2);
      var parameters = new java.util.LinkedHashMap<String, dev.balboa.nn.tensor.Parameter>();
      gru.parameters().forEach((name, p) -> parameters.put("gru." + name, p));
      dense.parameters().forEach((name, p) -> parameters.put("dense." + name, p));
      double last = 1;
      long bytes = 0;
      try (Adam adam = new Adam(parameters, 0.02)) {
        for (int sequence = 0; sequence < 60; sequence++) {
          try (var _ = Scope.open();
              RecurrentStream stream = gru.stream()) {
            Tensor sign = Tensors.bernoulli(random, 0.5, Shape.of(batch, 1, 1)).mul(2).sub(1);
            for (int piece = 0; piece < 4; piece++) {
              try (var _ = Scope.open()) {
                Tensor rest = Tensors.zeros(batch, 4, 1);
                Tensor x = Tensor.concat(1, piece == 0 ? sign : sign.mul(0), rest);
                adam.zeroGrad();
                Tensor y = dense.forward(stream.run(x));
                Tensor loss = Losses.mse(y, sign.expand(batch, 5, 1).copy());
                loss.backward();
                adam.step();
                last = loss.item();
              }
            }
          }
          long now = reference.allocator().metrics().liveBytes();
          assertThat(sequence < 2 || now == bytes).as("memory is let go of").isTrue();
          bytes = now;
        }
      }
      assertThat(last).isLessThan(0.1);
    }
  }

  @Test
  void misuse() {
    try (Gru both = built(new Gru(H).bidirectional());
        Gru gru = built(new Gru(H));
        RecurrentStream stream = gru.stream()) {
      assertThatThrownBy(both::stream)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no reverse direction");
      stream.step(random(1, N, C));
      assertThatThrownBy(() -> stream.step(random(1, N + 1, C)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected states of shape [1, 4, 5]");
    }
  }
}
