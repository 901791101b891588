package dev.balboa.conformance.pytorch;

import dev.balboa.nn.layer.Gru;
import dev.balboa.nn.layer.Lstm;
import dev.balboa.nn.layer.RecurrentLayer;
import dev.balboa.nn.layer.SimpleRnn;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.RecurrentOutput;
import dev.balboa.nn.tensor.RecurrentState;
import dev.balboa.nn.tensor.RecurrentWeights;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Recurrent layers give the outputs, final states and gradients that PyTorch gives. Samples are
 * drawn from their number, which is in the message of a failure.
 */
final class RecurrentAgreementTest {
  private static final int SAMPLES = Integer.getInteger("balboa.test.cases", 10);

  /**
   * Layers: one direction, or both, joined or added; steps that do not count, at the end or
   * anywhere; initial states; batches first or time; the weights of PyTorch and of Keras loaded.
   */
  @ParameterizedTest
  @EnumSource
  void layers(RecurrentCell cell) {
    Agreement agreement = new Agreement();
    for (long seed = 0; seed < 2L * SAMPLES; seed++) {
      RecurrentSample sample = RecurrentSample.stacked(cell, seed);
      agreement.checkF32(
          sample.toString(),
          torch -> TorchRecurrent.layers(torch, sample),
          results -> withOneBias(sample, results),
          balboa -> layer(balboa, sample));
    }
    System.out.println("PyTorch, layers " + cell + ": at most " + agreement.worst());
  }

  /** Step by step, each from the state that the one before has left. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"LSTM_PEEPHOLE", "GRU"})
  void singleSteps(RecurrentCell cell) {
    Agreement agreement = new Agreement();
    for (long seed = 0; seed < SAMPLES; seed++) {
      RecurrentSample sample = RecurrentSample.steps(cell, seed);
      agreement.checkF32(
          sample.toString(),
          torch -> TorchRecurrent.singleSteps(torch, sample),
          results -> withOneBias(sample, results),
          balboa -> singleSteps(balboa, sample));
    }
    System.out.println("PyTorch, single steps " + cell + ": at most " + agreement.worst());
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
      names = {"LSTM_PEEPHOLE"})
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
          torch -> TorchRecurrent.layers(torch, sample),
          balboa -> operation(balboa, sample, summedBias(sample, balboa::input, "_l0")));
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
          case LSTM_PEEPHOLE -> new Lstm(sample.hidden).peepholes();
          case GRU -> new Gru(sample.hidden).resetBefore();
          case GRU_LINEAR_BEFORE_RESET -> new Gru(sample.hidden);
        };
    layer.layers(sample.layers);
    if (!sample.batchMajor) {
      layer.timeMajor();
    }
    return switch (sample.ways) {
      case ONE -> layer;
      case JOINED -> layer.bidirectional();
      case ADDED -> layer.bidirectionalSum();
    };
  }

  /** A layer with the sample's weights, loaded as one library or the other has them. */
  private static RecurrentLayer<?> loaded(BalboaSide side, RecurrentSample sample) {
    RecurrentLayer<?> layer = create(sample);
    long first = sample.batchMajor ? sample.steps : sample.batch;
    layer.build(Shape.of(first, sample.channels), 1);
    side.layer(layer);
    if (sample.isInPyTorch() && sample.seed % 2 == 0) {
      layer.loadPyTorch(stateDict(side, sample));
    } else if (!sample.cell.hasPeephole()) {
      layer.loadKeras(kerasList(side, sample));
    } else {
      for (int k = 0; k < sample.layers; k++) {
        for (int d = 0; d < sample.directions(); d++) {
          String suffix = RecurrentSample.suffix(k, d);
          layer.load(k, d == 1, summedBias(sample, (_, x) -> side.constant(x), suffix));
        }
      }
    }
    return layer;
  }

  private static Map<String, Tensor> stateDict(BalboaSide side, RecurrentSample sample) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (String suffix : sample.suffixes()) {
      for (String name : List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh")) {
        all.put(name + suffix, side.constant(sample.get(name + suffix)));
      }
    }
    return all;
  }

  private static List<Tensor> kerasList(BalboaSide side, RecurrentSample sample) {
    List<Tensor> all = new ArrayList<>();
    for (String suffix : sample.suffixes()) {
      kerasNumbers(sample, suffix).values().forEach(x -> all.add(side.constant(x)));
    }
    return all;
  }

  private static RecurrentState start(BalboaSide side, RecurrentSample sample) {
    if (!sample.states) {
      return null;
    }
    Tensor h = side.input("h_0", sample.get("h_0"));
    Tensor c = sample.cell.hasCellState() ? side.input("c_0", sample.get("c_0")) : null;
    return new RecurrentState(h, c);
  }

  private static void layer(BalboaSide side, RecurrentSample sample) {
    RecurrentLayer<?> layer = loaded(side, sample);
    Tensor x = inOrder(sample, side.input("x", sample.poisoned()));
    Tensor mask = sample.hasGaps() ? mask(sample) : lengths(sample);
    RecurrentOutput out = layer.run(x, start(side, sample), mask);
    outputs(
        side,
        new RecurrentOutput(inOrder(sample, out.y()), out.state()),
        sample.cell.hasCellState());
  }

  /** [T, N, ...] as the layer wants it, or back. */
  private static Tensor inOrder(RecurrentSample sample, Tensor x) {
    return sample.batchMajor ? x.transpose(0, 1) : x;
  }

  private static Tensor mask(RecurrentSample sample) {
    int[] on = new int[sample.steps * sample.batch];
    Arrays.setAll(on, i -> sample.counts(i / sample.batch, i % sample.batch) ? 1 : 0);
    return inOrder(sample, Tensor.of(on, sample.steps, sample.batch).cast(DType.BOOL));
  }

  private static void singleSteps(BalboaSide side, RecurrentSample sample) {
    RecurrentLayer<?> layer = loaded(side, sample);
    Tensor x = side.input("x", sample.get("x"));
    RecurrentState state = start(side, sample);
    List<Tensor> ys = new ArrayList<>();
    for (int t = 0; t < sample.steps; t++) {
      RecurrentOutput out = layer.step(x.slice(0, t, t + 1).squeeze(0), state);
      ys.add(out.y());
      state = out.state();
    }
    Tensor y = Tensor.stack(0, ys.toArray(Tensor[]::new));
    outputs(side, new RecurrentOutput(y, state), sample.cell.hasCellState());
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
    Map<String, Tensor> leaves = new LinkedHashMap<>();
    kerasNumbers(s, "_l0").forEach((name, x) -> leaves.put(name, side.input(name, x)));
    return RecurrentWeights.fromKeras(
        s.cell, leaves.get("kernel"), leaves.get("recurrent_kernel"), leaves.get("bias"));
  }

  /** What {@code get_weights()} gives of one layer and direction, in its order. */
  private static Map<String, Numbers> kerasNumbers(RecurrentSample s, String suffix) {
    Map<String, Numbers> all = new LinkedHashMap<>();
    all.put("kernel", inKerassOrder(s, s.get("weight_ih" + suffix)).transposed());
    all.put("recurrent_kernel", inKerassOrder(s, s.get("weight_hh" + suffix)).transposed());
    Numbers input = inKerassOrder(s, s.get("bias_ih" + suffix));
    all.put("bias", kerasBias(s, input, inKerassOrder(s, s.get("bias_hh" + suffix))));
    return all;
  }

  /** For the cells that PyTorch lacks: Balboa's own order, with one bias. */
  private static RecurrentWeights summedBias(
      RecurrentSample s, BiFunction<String, Numbers, Tensor> leaf, String suffix) {
    Function<String, Tensor> of = name -> leaf.apply(name + suffix, s.get(name + suffix));
    return new RecurrentWeights(
        of.apply("weight_ih"),
        of.apply("weight_hh"),
        of.apply("bias_ih").add(of.apply("bias_hh")),
        s.cell.hasPeephole() ? of.apply("peephole") : null);
  }

  private static void operation(BalboaSide side, RecurrentSample s, RecurrentWeights weights) {
    Tensor x = side.input("x", s.poisoned());
    boolean hasCell = s.cell.hasCellState();
    RecurrentState state = start(side, s);
    if (state != null) {
      state = new RecurrentState(state.h().squeeze(0), hasCell ? state.c().squeeze(0) : null);
    }
    RecurrentOutput out = Functions.recurrent(s.cell, false, x, weights, state, lengths(s));
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
      boolean apart = sample.cell.biases() > sample.cell.gates();
      all.put("d bias" + suffix, apart ? input.then(recurrent.blocks(3, 2)) : input);
    }
    return all;
  }

  /** A GRU's gates are z, r, h in Keras; all others have the same order. */
  private static Numbers inKerassOrder(RecurrentSample sample, Numbers x) {
    return sample.cell.isGru() ? x.blocks(3, 1, 0, 2) : x;
  }

  /** One bias, the sum, but two rows for a GRU that resets after the product. */
  private static Numbers kerasBias(RecurrentSample sample, Numbers input, Numbers recurrent) {
    return sample.cell.biases() > sample.cell.gates()
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
    boolean apart = s.cell.biases() > s.cell.gates();
    all.put("d bias", apart ? kerasBias(s, inputBias, recurrentBias) : inputBias);
    return all;
  }
}
