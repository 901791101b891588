package dev.balboa.nn.layer;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.RecurrentOutput;
import dev.balboa.nn.tensor.RecurrentState;
import dev.balboa.nn.tensor.RecurrentWeights;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One or more recurrent layers on top of each other, in one direction or both.
 *
 * <p>Inputs are [N, T, C], or [T, N, C] if {@link #timeMajor}. {@link #forward} gives the hidden
 * state after the last step, [N, D], or, with {@link #sequences}, those of all steps, [N, T, D]; D
 * is the number of units, twice that if both directions are joined. {@link #run} takes initial
 * states and lengths and gives all hidden states and the states at the end; {@link #step} takes one
 * step, for streams. States are [layers x directions, N, units], layer by layer, forward before
 * reverse, as in PyTorch.
 *
 * <p>Parameters of layer k: {@code weight_ih_lk} [G units, C], {@code weight_hh_lk} [G units,
 * units], {@code bias_lk}, {@code peephole_lk} if there are peepholes, and the same with {@code
 * _reverse}; see {@link RecurrentCell} for the order of the gates, and {@link RecurrentWeights} for
 * PyTorch's and Keras's. Unless told, every gate's input weights start Glorot-uniform, its
 * recurrent weights orthogonal, biases and peepholes zero.
 *
 * @param <L> the kind of layer itself, which the setters give
 */
public abstract sealed class RecurrentLayer<L extends RecurrentLayer<L>> extends Layer
    permits SimpleRnn, Lstm, Gru {
  private final long units;
  private final List<Direction> directions = new ArrayList<>();
  private int layers = 1;
  private boolean bidirectional;
  private boolean summed;
  private boolean sequences;
  private boolean timeMajor;
  private double dropout;
  private Initializer inputInitializer = Initializer.glorotUniform();
  private Initializer recurrentInitializer = Initializer.orthogonal();

  /** The parameters of one layer in one direction. */
  private record Direction(
      Parameter input, Parameter recurrent, Parameter bias, Parameter peepholes) {
    RecurrentWeights weights() {
      return new RecurrentWeights(
          input.tensor(),
          recurrent.tensor(),
          bias.tensor(),
          peepholes == null ? null : peepholes.tensor());
    }
  }

  RecurrentLayer(long units) {
    if (units < 1) {
      throw new IllegalArgumentException(typeName() + ": expected units >= 1, got " + units);
    }
    this.units = units;
  }

  abstract L self();

  abstract RecurrentCell cell();

  /** The value that a gate's bias starts with. */
  double initialBias(int gate) {
    return 0;
  }

  // ---- Hyper-parameters ----

  /** Gives the hidden states of all steps instead of the last. */
  public L sequences() {
    checkConfigurable("sequences");
    sequences = true;
    return self();
  }

  /** So many layers, each of which runs over the hidden states of the one below. */
  public L layers(int count) {
    checkConfigurable("layers");
    if (count < 1) {
      throw new IllegalArgumentException(typeName() + ": expected layers >= 1, got " + count);
    }
    layers = count;
    return self();
  }

  /** Runs in both directions and joins the hidden states of both. */
  public L bidirectional() {
    checkConfigurable("direction");
    bidirectional = true;
    return self();
  }

  /** Runs in both directions and adds the hidden states of both. */
  public L bidirectionalSum() {
    summed = true;
    return bidirectional();
  }

  /** Drops hidden states between layers, in training, with this probability. */
  public L dropout(double p) {
    checkConfigurable("dropout");
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException(typeName() + ": expected 0 <= p < 1, got " + p);
    }
    dropout = p;
    return self();
  }

  /** Takes [T, N, C] and gives [T, N, D], which saves copies. */
  public L timeMajor() {
    checkConfigurable("order of axes");
    timeMajor = true;
    return self();
  }

  /** How the input weights [units, C] of each gate start. */
  public L weights(Initializer initializer) {
    checkConfigurable("initializer");
    inputInitializer = Objects.requireNonNull(initializer, "recurrent layer: initializer");
    return self();
  }

  /** How the recurrent weights [units, units] of each gate start. */
  public L recurrentWeights(Initializer initializer) {
    checkConfigurable("initializer");
    recurrentInitializer = Objects.requireNonNull(initializer, "recurrent layer: initializer");
    return self();
  }

  // ---- Parameters ----

  private int directionCount() {
    return bidirectional ? 2 : 1;
  }

  private long width() {
    return bidirectional && !summed ? 2 * units : units;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    if (input.shape().rank() != 3 || input.shape().dim(2) < 1) {
      throw new IllegalArgumentException(
          "recurrent layer: expected an input "
              + (timeMajor ? "[T, N, C]" : "[N, T, C]")
              + " with C >= 1, got "
              + input);
    }
    directions.clear();
    for (int layer = 0; layer < layers; layer++) {
      long channels = layer == 0 ? input.shape().dim(2) : width();
      for (int d = 0; d < directionCount(); d++) {
        directions.add(create(StackedWeights.suffix(layer, d == 1), channels, init));
      }
    }
  }

  private Direction create(String suffix, long channels, Initialization init) {
    Parameter input =
        parameter("weight_ih" + suffix, gates(inputInitializer, Shape.of(units, channels), init));
    Parameter recurrent =
        parameter("weight_hh" + suffix, gates(recurrentInitializer, Shape.of(units, units), init));
    Tensor[] biases = new Tensor[cell().biases()];
    for (int k = 0; k < biases.length; k++) {
      Initializer initializer = Initializer.constant(initialBias(k));
      biases[k] = init.draw(initializer, Shape.of(units), new Initializer.Fans(channels, units));
    }
    Parameter bias = parameter("bias" + suffix, Tensor.concat(0, biases));
    Parameter peepholes = null;
    if (cell().hasPeephole()) {
      Initializer.Fans fans = new Initializer.Fans(1, 1);
      Tensor zeros = init.draw(Initializer.zeros(), Shape.of(3 * units), fans);
      peepholes = parameter("peephole" + suffix, zeros);
    }
    return new Direction(input, recurrent, bias, peepholes);
  }

  private Tensor gates(Initializer initializer, Shape shape, Initialization init) {
    Tensor[] blocks = new Tensor[cell().gates()];
    for (int k = 0; k < blocks.length; k++) {
      blocks[k] = init.draw(initializer, shape, Initializer.Fans.of(shape));
    }
    return Tensor.concat(0, blocks);
  }

  private Direction direction(int layer, boolean reverse) {
    if (!isBuilt()) {
      throw new IllegalStateException(this + " is not built");
    }
    if (layer < 0 || layer >= layers || (reverse && !bidirectional)) {
      throw new IllegalArgumentException(
          "%s: there is no %s layer %d".formatted(this, reverse ? "reverse" : "forward", layer));
    }
    return directions.get(layer * directionCount() + (reverse ? 1 : 0));
  }

  /** The weights of one layer and direction; they stay this layer's. */
  public final RecurrentWeights weights(int layer, boolean reverse) {
    return direction(layer, reverse).weights();
  }

  /**
   * Overwrites all weights with those of {@code torch.nn.RNN}, {@code LSTM} or {@code GRU}, by the
   * names of their state dictionary: {@code weight_ih_l0}, {@code weight_hh_l0}, {@code
   * bias_ih_l0}, {@code bias_hh_l0}, {@code weight_ih_l0_reverse} ...; without biases if it has
   * none. Others' names are passed over.
   */
  public final void loadPyTorch(Map<String, Tensor> stateDict) {
    stackedWeights().loadPyTorch(stateDict);
  }

  /** All weights as {@link #loadPyTorch} takes them, in the current scope. */
  public final Map<String, Tensor> toPyTorch() {
    return stackedWeights().toPyTorch();
  }

  /**
   * Overwrites all weights with what {@code get_weights()} gives of Keras's {@code SimpleRNN},
   * {@code LSTM} or {@code GRU}, or of a {@code Bidirectional} around one: kernel, recurrent kernel
   * and, if there is one, bias; of several layers one after the other.
   */
  public final void loadKeras(List<Tensor> weights) {
    stackedWeights().loadKeras(weights);
  }

  /** All weights as {@link #loadKeras} takes them, with biases, in the current scope. */
  public final List<Tensor> toKeras() {
    return stackedWeights().toKeras();
  }

  private StackedWeights stackedWeights() {
    return new StackedWeights(this, cell(), layers, directionCount());
  }

  /** Overwrites the weights of one layer and direction. */
  public final void load(int layer, boolean reverse, RecurrentWeights weights) {
    Direction to = direction(layer, reverse);
    to.input().assign(weights.input());
    to.recurrent().assign(weights.recurrent());
    to.bias().assign(weights.bias());
    if (to.peepholes() != null) {
      to.peepholes().assign(Objects.requireNonNull(weights.peepholes(), "load: peepholes"));
    }
  }

  // ---- Use ----

  @Override
  protected Tensor compute(Tensor x) {
    RecurrentOutput out = recur(x, null, null);
    if (sequences) {
      return out.y();
    }
    Tensor h = out.state().h();
    Tensor last = h.slice(0, h.shape().dim(0) - directionCount(), h.shape().dim(0));
    if (!bidirectional) {
      return last.squeeze(0);
    }
    Tensor forward = last.slice(0, 0, 1).squeeze(0);
    return merge(1, forward, last.slice(0, 1, 2).squeeze(0));
  }

  private Tensor merge(int axis, Tensor forward, Tensor reverse) {
    return summed ? forward.add(reverse) : Tensor.concat(axis, forward, reverse);
  }

  /** All hidden states and the states at the end, from zero states. */
  public final RecurrentOutput run(Tensor x) {
    return run(x, null, null);
  }

  /** All hidden states and the states at the end, from the given states. */
  public final RecurrentOutput run(Tensor x, RecurrentState state) {
    return run(x, state, null);
  }

  /**
   * All hidden states and the states at each sequence's own end.
   *
   * @param state the initial states; {@code null} for zeros
   * @param lengths of the sequences, I32 [N], or, where steps to be passed over are not only at the
   *     end, a mask, BOOL [N, T] ([T, N] if time-major), true for those that count; {@code null} if
   *     all do. A step that does not count leaves the states as they are; its hidden state comes
   *     out as zero, and its input, which may be NaN, has no part in anything.
   */
  public final RecurrentOutput run(Tensor x, RecurrentState state, Tensor lengths) {
    if (!isBuilt()) {
      forward(x); // builds while the model around this is built; refuses otherwise
    }
    try (var _ = running()) {
      return recur(x, state, lengths);
    }
  }

  /**
   * One step of a stream: input [N, C], output [N, units]; the state goes into the next step.
   * {@link #stream} does the carrying over.
   *
   * @param state {@code null} before the first step
   */
  public final RecurrentOutput step(Tensor x, RecurrentState state) {
    if (bidirectional) {
      throw new IllegalStateException(this + ": a stream has no reverse direction");
    }
    if (x.shape().rank() != 2) {
      throw new IllegalArgumentException(
          "recurrent layer: expected an input [N, C] for one step, got " + x.spec());
    }
    int time = timeMajor ? 0 : 1;
    RecurrentOutput out = run(x.unsqueeze(time), state, null);
    return new RecurrentOutput(out.y().squeeze(time), out.state());
  }

  /** Steps and pieces of sequences that go on from each other. */
  public final RecurrentStream stream() {
    if (bidirectional) {
      throw new IllegalStateException(this + ": a stream has no reverse direction");
    }
    return new RecurrentStream(this);
  }

  private RecurrentOutput recur(Tensor x, RecurrentState state, Tensor lengths) {
    if (x.shape().rank() != 3) {
      throw new IllegalArgumentException(
          "recurrent layer: expected an input of rank 3, got " + x.spec());
    }
    Tensor in = timeMajor ? x : x.permute(1, 0, 2);
    RecurrentOutput out;
    if (lengths != null && lengths.dtype() == DType.BOOL) {
      if (!lengths.shape().equals(x.shape().slice(0, 2))) {
        throw new IllegalArgumentException(
            "recurrent layer: expected a mask BOOL"
                + x.shape().slice(0, 2)
                + ", got "
                + lengths.spec());
      }
      MaskedSteps steps = MaskedSteps.of(timeMajor ? lengths : lengths.transpose(0, 1));
      out = stack(steps.gather(in), state, steps.lengths());
      out = new RecurrentOutput(steps.scatter(out.y()), out.state());
    } else {
      out = stack(in, state, lengths);
    }
    return timeMajor ? out : new RecurrentOutput(out.y().permute(1, 0, 2), out.state());
  }

  /** All layers, time-major. */
  private RecurrentOutput stack(Tensor x, RecurrentState state, Tensor lengths) {
    Tensor y = x;
    List<RecurrentState> ends = new ArrayList<>();
    boolean hasCell = cell().hasCellState();
    Shape stacked = Shape.of((long) layers * directionCount(), y.shape().dim(1), units);
    StackedStates.check(state, hasCell, stacked);
    for (int layer = 0; layer < layers; layer++) {
      Tensor in = layer == 0 ? y : Dropout.drop(y, dropout);
      List<Tensor> outputs = new ArrayList<>();
      for (int d = 0; d < directionCount(); d++) {
        int index = layer * directionCount() + d;
        RecurrentWeights weights = directions.get(index).weights();
        RecurrentState start = StackedStates.part(state, hasCell, index);
        RecurrentOutput out = Functions.recurrent(cell(), d == 1, in, weights, start, lengths);
        outputs.add(out.y());
        ends.add(out.state());
      }
      y = bidirectional ? merge(2, outputs.get(0), outputs.get(1)) : outputs.get(0);
    }
    return new RecurrentOutput(y, StackedStates.stack(ends, hasCell));
  }
}
