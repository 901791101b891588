package dev.balboa.conformance.pytorch;

import dev.balboa.nn.layer.Gru;
import dev.balboa.nn.layer.Lstm;
import dev.balboa.nn.layer.RecurrentLayer;
import dev.balboa.nn.layer.SimpleRnn;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.RecurrentOutput;
import dev.balboa.nn.tensor.RecurrentState;
import dev.balboa.nn.tensor.RecurrentWeights;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Recurrent layers give the outputs, final states and gradients that PyTorch gives. Samples are
 * drawn from their number, which is in the message of a failure.
 */
final class RecurrentAgreementTest {
  private static final int SAMPLES = Integer.getInteger("balboa.test.cases", 10);

  /** Layers, one or both directions, lengths, initial states, with PyTorch's weights loaded. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"LSTM_PEEPHOLE", "GRU"})
  void layers(RecurrentCell cell) {
    Agreement agreement = new Agreement();
    for (long seed = 0; seed < SAMPLES; seed++) {
      RecurrentSample sample = RecurrentSample.stacked(cell, seed);
      agreement.checkF32(
          sample.toString(),
          torch -> TorchRecurrent.layers(torch, sample),
          results -> withOneBias(sample, results),
          balboa -> layer(balboa, sample));
    }
    System.out.println("PyTorch, layers " + cell + ": at most " + agreement.worst());
  }

  /** The operation itself, with gradients of PyTorch's weights through their translation. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"LSTM_PEEPHOLE", "GRU"})
  void pyTorchsWeights(RecurrentCell cell) {
    Agreement agreement = new Agreement();
    for (long seed = 0; seed < SAMPLES; seed++) {
      RecurrentSample sample = RecurrentSample.single(cell, seed);
      agreement.check(
          sample.toString(),
          torch -> TorchRecurrent.layers(torch, sample),
          balboa -> operation(balboa, sample, pyTorch(balboa, sample)));
    }
    System.out.println("PyTorch, operation " + cell + ": at most " + agreement.worst());
  }

  /** Weights larger than the cache of a core. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"LSTM_PEEPHOLE", "GRU"})
  void largeWeights(RecurrentCell cell) {
    Agreement agreement = new Agreement();
    for (long seed = 0; seed < 2; seed++) {
      RecurrentSample sample = RecurrentSample.large(cell, seed);
      agreement.check(
          sample.toString(),
          torch -> TorchRecurrent.layers(torch, sample),
          balboa -> operation(balboa, sample, pyTorch(balboa, sample)));
    }
    System.out.println("PyTorch, large " + cell + ": at most " + agreement.worst());
  }

  /** The same numbers as Keras keeps them, and gradients in its order. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"LSTM_PEEPHOLE", "GRU"})
  void kerassWeights(RecurrentCell cell) {
    Agreement agreement = new Agreement();
    for (long seed = 0; seed < SAMPLES; seed++) {
      RecurrentSample sample = RecurrentSample.single(cell, seed);
      agreement.check(
          sample + ", Keras",
          torch -> TorchRecurrent.layers(torch, sample),
          results -> gradientsInKerassOrder(sample, results),
          balboa -> operation(balboa, sample, keras(balboa, sample)));
    }
    System.out.println("PyTorch, Keras's weights " + cell + ": at most " + agreement.worst());
  }

  /** Cells that PyTorch has not, against its derivatives of their definition. */
  @ParameterizedTest
  @EnumSource(names = {"LSTM_PEEPHOLE", "GRU"})
  void cellsThatPyTorchLacks(RecurrentCell cell) {
    Agreement agreement = new Agreement();
    for (long seed = 0; seed < SAMPLES; seed++) {
      RecurrentSample sample = RecurrentSample.single(cell, seed);
      agreement.check(
          sample.toString(),
          torch -> TorchRecurrent.steps(torch, sample),
          balboa -> operation(balboa, sample, spelledOut(balboa, sample)));
    }
    System.out.println("PyTorch, spelled out " + cell + ": at most " + agreement.worst());
  }

  // ---- Balboa's side ----

  private static Tensor lengths(RecurrentSample sample) {
    return sample.lengths == null
        ? null
        : Tensor.of(
            Arrays.stream(sample.lengths).mapToInt(Math::toIntExact).toArray(), sample.batch);
  }

  private static void outputs(BalboaSide side, RecurrentOutput out, boolean hasCell) {
    side.output("y", out.y());
    side.output("h", out.state().h());
    if (hasCell) {
      side.output("c", out.state().c());
    }
  }

  private static RecurrentLayer<?> create(RecurrentSample sample) {
    RecurrentLayer<?> layer =
        switch (sample.cell) {
          case VANILLA_TANH -> new SimpleRnn(sample.hidden);
          case VANILLA_RELU -> new SimpleRnn(sample.hidden).relu();
          case LSTM -> new Lstm(sample.hidden);
          case GRU_LINEAR_BEFORE_RESET -> new Gru(sample.hidden);
          case LSTM_PEEPHOLE, GRU -> throw new IllegalArgumentException(sample.toString());
        };
    layer.layers(sample.layers).timeMajor();
    return sample.bidirectional ? layer.bidirectional() : layer;
  }

  private static void layer(BalboaSide side, RecurrentSample sample) {
    RecurrentLayer<?> layer = create(sample);
    layer.build(Shape.of(sample.batch, sample.channels), 1);
    side.layer(layer);
    for (int k = 0; k < sample.layers; k++) {
      for (int d = 0; d < sample.directions(); d++) {
        layer.load(k, d == 1, constants(side, sample, RecurrentSample.suffix(k, d)));
      }
    }
    Tensor x = side.input("x", sample.poisoned());
    RecurrentState state = null;
    if (sample.states) {
      Tensor h = side.input("h_0", sample.get("h_0"));
      Tensor c = sample.cell.hasCellState() ? side.input("c_0", sample.get("c_0")) : null;
      state = new RecurrentState(h, c);
    }
    outputs(side, layer.run(x, state, lengths(sample)), sample.cell.hasCellState());
  }

  private static RecurrentWeights constants(BalboaSide side, RecurrentSample s, String suffix) {
    return RecurrentWeights.fromPyTorch(
        s.cell,
        side.constant(s.get("weight_ih" + suffix)),
        side.constant(s.get("weight_hh" + suffix)),
        side.constant(s.get("bias_ih" + suffix)),
        side.constant(s.get("bias_hh" + suffix)));
  }

  private static RecurrentWeights pyTorch(BalboaSide side, RecurrentSample s) {
    return RecurrentWeights.fromPyTorch(
        s.cell,
        side.input("weight_ih_l0", s.get("weight_ih_l0")),
        side.input("weight_hh_l0", s.get("weight_hh_l0")),
        side.input("bias_ih_l0", s.get("bias_ih_l0")),
        side.input("bias_hh_l0", s.get("bias_hh_l0")));
  }

  private static RecurrentWeights keras(BalboaSide side, RecurrentSample s) {
    Numbers bias =
        kerasBias(s, inKerassOrder(s, s.get("bias_ih_l0")), inKerassOrder(s, s.get("bias_hh_l0")));
    return RecurrentWeights.fromKeras(
        s.cell,
        side.input("kernel", inKerassOrder(s, s.get("weight_ih_l0")).transposed()),
        side.input("recurrent_kernel", inKerassOrder(s, s.get("weight_hh_l0")).transposed()),
        side.input("bias", bias));
  }

  private static RecurrentWeights spelledOut(BalboaSide side, RecurrentSample s) {
    return new RecurrentWeights(
        side.input("weight_ih_l0", s.get("weight_ih_l0")),
        side.input("weight_hh_l0", s.get("weight_hh_l0")),
        side.input("bias_ih_l0", s.get("bias_ih_l0"))
            .add(side.input("bias_hh_l0", s.get("bias_hh_l0"))),
        s.cell.hasPeephole() ? side.input("peephole", s.get("peephole")) : null);
  }

  private static void operation(BalboaSide side, RecurrentSample s, RecurrentWeights weights) {
    Tensor x = side.input("x", s.poisoned());
    RecurrentState state = null;
    if (s.states) {
      Tensor h = side.input("h_0", s.get("h_0")).squeeze(0);
      Tensor c = s.cell.hasCellState() ? side.input("c_0", s.get("c_0")).squeeze(0) : null;
      state = new RecurrentState(h, c);
    }
    RecurrentOutput out = Functions.recurrent(s.cell, false, x, weights, state, lengths(s));
    boolean hasCell = s.cell.hasCellState();
    Tensor c = hasCell ? out.state().c().unsqueeze(0) : null;
    RecurrentState end = new RecurrentState(out.state().h().unsqueeze(0), c);
    outputs(side, new RecurrentOutput(out.y(), end), hasCell);
  }

  // ---- PyTorch's results as the others have them ----

  /**
   * The gradient of a layer's bias is that of either of PyTorch's two; a GRU has that of its
   * candidate's second bias as a block of its own.
   */
  private static Map<String, Numbers> withOneBias(
      RecurrentSample sample, Map<String, Numbers> results) {
    Map<String, Numbers> all = new LinkedHashMap<>(results);
    for (String suffix : sample.suffixes()) {
      Numbers input = all.remove("d bias_ih" + suffix);
      Numbers recurrent = all.remove("d bias_hh" + suffix);
      all.put("d bias" + suffix, sample.cell.isGru() ? input.then(recurrent.blocks(3, 2)) : input);
    }
    return all;
  }

  /** A GRU's gates are z, r, h in Keras; all others have the same order. */
  private static Numbers inKerassOrder(RecurrentSample sample, Numbers x) {
    return sample.cell.isGru() ? x.blocks(3, 1, 0, 2) : x;
  }

  /** One bias, the sum, but two rows for a GRU. */
  private static Numbers kerasBias(RecurrentSample sample, Numbers input, Numbers recurrent) {
    return sample.cell.isGru()
        ? input.then(recurrent).reshaped(2, 3L * sample.hidden)
        : input.plus(recurrent);
  }

  private static Map<String, Numbers> gradientsInKerassOrder(
      RecurrentSample s, Map<String, Numbers> results) {
    Map<String, Numbers> all = new LinkedHashMap<>(results);
    Numbers kernel = inKerassOrder(s, all.remove("d weight_ih_l0")).transposed();
    Numbers recurrent = inKerassOrder(s, all.remove("d weight_hh_l0")).transposed();
    Numbers inputBias = inKerassOrder(s, all.remove("d bias_ih_l0"));
    Numbers recurrentBias = inKerassOrder(s, all.remove("d bias_hh_l0"));
    all.put("d kernel", kernel);
    all.put("d recurrent_kernel", recurrent);
    all.put("d bias", s.cell.isGru() ? kerasBias(s, inputBias, recurrentBias) : inputBias);
    return all;
  }
}
