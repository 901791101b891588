package dev.balboa.nn.optim;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.AssignRows;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.RowGradient;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * Moves parameters along their accumulated gradients, in place. A parameter without a gradient is
 * left alone, as in PyTorch, and its step count with it. Of one with only a {@linkplain
 * Parameter#rowGradient gradient of rows} those rows and their state take the step and all others
 * are left alone: momenta do not go on there and weights do not decay.
 *
 * <p>Ownership: the optimizer owns its state (momenta and the like) and frees it when closed;
 * parameters stay the model's.
 *
 * <p>Thread rule: one thread at a time, the one that trains.
 */
public abstract sealed class Optimizer implements AutoCloseable permits Sgd, Adam, AdamW, RmsProp {
  /** The suffix under which the step counts are among {@link #state}. */
  private static final String STEP = "step";

  private static final TensorSpec STEP_SPEC = new TensorSpec(Shape.of(1), DType.F64);

  private final Map<String, Parameter> parameters;
  private final Map<String, Slot> slots = new LinkedHashMap<>();
  private final List<ParameterGroup> groups = new ArrayList<>();
  private List<String> stateNames = List.of();
  private double learningRate;
  private double overridden = Double.NaN;
  private boolean prepared;
  private boolean closed;

  /** One parameter with the state that belongs to it. */
  private static final class Slot {
    final Parameter parameter;
    final List<Tensor> state = new ArrayList<>();
    final double rateScale;
    final Op op;
    long steps;

    Slot(Parameter parameter, Op op, double rateScale) {
      this.parameter = parameter;
      this.op = op;
      this.rateScale = rateScale;
    }
  }

  /** An optimizer of the trainable ones among {@code parameters}. */
  Optimizer(Map<String, Parameter> parameters, double learningRate) {
    Map<String, Parameter> trainable = new LinkedHashMap<>(parameters);
    trainable.values().removeIf(p -> !p.isTrainable());
    if (trainable.isEmpty()) {
      throw new IllegalArgumentException(
          name() + ": expected at least one trainable parameter, got " + parameters.keySet());
    }
    this.parameters = Collections.unmodifiableMap(trainable);
    learningRate(learningRate);
  }

  /** The operation that makes one step, with this weight decay; it checks hyper-parameters. */
  abstract Op step(double decay);

  /** Weight decay of parameters in no group. */
  abstract double weightDecay();

  /** What the tensors that the operation changes after the parameter are called. */
  abstract List<String> stateNames();

  /** Whether the operation takes the number of the step, from 1, beside the learning rate. */
  abstract boolean countsSteps();

  /** The momentum that a step takes as a last number, NaN if it takes none. */
  double configuredMomentum() {
    return Double.NaN;
  }

  private boolean hasMomentum() {
    return !Double.isNaN(configuredMomentum());
  }

  /** Name for messages and checkpoints, such as {@code adam}. */
  public abstract String name();

  /** Treats some parameters differently; of several groups that match, the last one counts. */
  public final Optimizer group(ParameterGroup group) {
    checkConfigurable("groups");
    groups.add(group);
    return this;
  }

  final void checkConfigurable(String what) {
    if (prepared) {
      throw new IllegalStateException(name() + ": " + what + " must be set before the first step");
    }
  }

  /** A group without weight decay, as is customary for biases and normalisation. */
  public final Optimizer withoutDecay(Predicate<String> paths) {
    return group(new ParameterGroup(paths, 1, 0));
  }

  /**
   * Decays matrices and kernels only, as is customary: no weight decay of parameters of rank 0 and
   * 1, which are biases and the weights of normalisations.
   */
  public final Optimizer decayMatricesOnly() {
    return withoutDecay(path -> parameters.get(path).data().shape().rank() < 2);
  }

  /** The parameters that are trained, by path. */
  public final Map<String, Parameter> parameters() {
    return parameters;
  }

  /** The learning rate of the next step. */
  public final double learningRate() {
    return learningRate;
  }

  /** Sets the learning rate of the next step, finite and not negative. */
  public final void learningRate(double rate) {
    if (!(rate >= 0) || Double.isInfinite(rate)) {
      throw new IllegalArgumentException(
          name() + ": expected a finite learning rate >= 0, got " + rate);
    }
    learningRate = rate;
  }

  /**
   * Sets the momentum of the next steps in place of the configured one: of Adam's kind that of the
   * gradients, beta1. For schedules that move it against the learning rate. Not part of {@link
   * #state}: it has to be set again after a restart.
   *
   * @throws IllegalStateException if the optimizer was configured without momentum
   */
  public final void overrideMomentum(double value) {
    if (!hasMomentum()) {
      throw new IllegalStateException(name() + ": a momentum is set but none was configured");
    }
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name() + ": expected a momentum in [0, 1), got " + value);
    }
    overridden = value;
  }

  /** Drops all gradients and frees their memory. */
  public final void zeroGrad() {
    parameters.values().forEach(Parameter::zeroGrad);
  }

  /**
   * Makes one step for every parameter that has a gradient. Can be captured: rate, momentum and
   * step counts are then read anew at each run, and counted on.
   */
  public final void step() {
    prepare();
    try (var _ = Scope.open();
        var _ = Execution.noGrad()) {
      List<Pace> paces = new ArrayList<>();
      for (Slot slot : slots.values()) {
        Tensor grad = slot.parameter.grad();
        RowGradient rows = slot.parameter.rowGradient();
        if (grad == null && rows == null) {
          continue;
        }
        Tensor scalars = pace(paces, slot).scalars;
        if (rows == null) {
          apply(slot, grad, scalars);
        } else if (grad == null) {
          applyToRows(slot, rows, scalars);
        } else {
          apply(slot, grad.indexAdd(0, rows.ids(), rows.rows()), scalars);
        }
      }
      Tensors.host(name() + " steps", (_, _) -> paces.forEach(Pace::count), List.of());
    }
  }

  /** The slots that take the same numbers. */
  private final class Pace {
    final List<Slot> slots = new ArrayList<>();
    final Tensor scalars;

    Pace(Slot first) {
      slots.add(first);
      int numbers = 1 + (countsSteps() ? 1 : 0) + (hasMomentum() ? 1 : 0);
      TensorSpec spec = new TensorSpec(Shape.of(numbers), DType.F64);
      scalars =
          Tensors.host(Optimizer.this.name() + " rate", (_, out) -> write(out[0]), List.of(spec))
              .get(0);
    }

    private void write(MemorySegment out) {
      Slot first = slots.getFirst();
      for (int i = 1; i < slots.size(); i++) {
        if (slots.get(i).steps != first.steps) {
          throw new IllegalStateException(
              Optimizer.this.name()
                  + ": the step counts of parameters are no longer equal as they were when the"
                  + " step was captured; capture it again");
        }
      }
      out.setAtIndex(ValueLayout.JAVA_DOUBLE, 0, learningRate * first.rateScale);
      if (countsSteps()) {
        out.setAtIndex(ValueLayout.JAVA_DOUBLE, 1, (double) (first.steps + 1));
      }
      if (hasMomentum()) {
        double momentum = Double.isNaN(overridden) ? configuredMomentum() : overridden;
        out.setAtIndex(ValueLayout.JAVA_DOUBLE, countsSteps() ? 2 : 1, momentum);
      }
    }

    void count() {
      for (int i = 0; i < slots.size(); i++) {
        slots.get(i).steps++;
      }
    }
  }

  private Pace pace(List<Pace> paces, Slot slot) {
    for (Pace pace : paces) {
      Slot first = pace.slots.getFirst();
      if (first.rateScale == slot.rateScale && first.steps == slot.steps) {
        pace.slots.add(slot);
        return pace;
      }
    }
    Pace pace = new Pace(slot);
    paces.add(pace);
    return pace;
  }

  /** The step on copies of the rows and their state, which are then put back. */
  private static void applyToRows(Slot slot, RowGradient gradient, Tensor scalars) {
    List<Tensor> whole = new ArrayList<>(List.of(slot.parameter.data()));
    whole.addAll(slot.state);
    List<Tensor> rows = new ArrayList<>();
    whole.forEach(t -> rows.add(t.indexSelect(0, gradient.ids())));
    List<Tensor> inputs = new ArrayList<>(rows);
    inputs.add(gradient.rows());
    inputs.add(scalars);
    Tensor.apply(slot.op, inputs.toArray(Tensor[]::new));
    for (int i = 0; i < whole.size(); i++) {
      Tensor.apply(new AssignRows(), whole.get(i), gradient.ids(), rows.get(i));
    }
  }

  private static void apply(Slot slot, Tensor grad, Tensor scalars) {
    Tensor[] inputs = new Tensor[slot.state.size() + 3];
    inputs[0] = slot.parameter.data();
    for (int i = 0; i < slot.state.size(); i++) {
      inputs[i + 1] = slot.state.get(i);
    }
    inputs[inputs.length - 2] = grad;
    inputs[inputs.length - 1] = scalars;
    Tensor.apply(slot.op, inputs);
  }

  private void prepare() {
    if (closed) {
      throw new IllegalStateException(name() + ": the optimizer is closed");
    }
    if (prepared) {
      return;
    }
    prepared = true;
    stateNames = stateNames();
    parameters.forEach((path, parameter) -> slots.put(path, slot(path, parameter)));
  }

  private Slot slot(String path, Parameter parameter) {
    double scale = 1;
    double decay = weightDecay();
    for (ParameterGroup group : groups) {
      if (group.paths().test(path)) {
        scale = group.learningRateScale();
        decay = group.weightDecay();
      }
    }
    Slot slot = new Slot(parameter, step(decay), scale);
    try (var _ = Scope.open();
        var _ = Execution.noGrad()) {
      for (int i = 0; i < stateNames.size(); i++) {
        slot.state.add(Tensors.fill(parameter.data().spec(), 0).keep());
      }
    }
    return slot;
  }

  /**
   * Everything that the next steps depend on besides parameters and learning rate, by parameter
   * path and name: {@code 0.weight.exp_avg}, {@code 0.weight.step}. Names are PyTorch's; tensors
   * are the live ones, except step counts, which are F64 copies in the current scope.
   */
  public final SequencedMap<String, Tensor> state() {
    prepare();
    var all = new LinkedHashMap<String, Tensor>();
    slots.forEach((path, slot) -> {
      for (int i = 0; i < stateNames.size(); i++) {
        all.put(path + "." + stateNames.get(i), slot.state.get(i));
      }
      all.put(path + "." + STEP, Tensor.of(new double[] {slot.steps}));
    });
    return all;
  }

  /**
   * Takes over a state that {@link #state} gave, copying it.
   *
   * @throws IllegalArgumentException naming what is missing, unknown or of another spec; nothing is
   *     changed then
   */
  public final void load(Map<String, Tensor> state) {
    try (var _ = Scope.open();
        var _ = Execution.noGrad()) {
      Map<String, Tensor> own = state();
      checkLoad(own, state);
      slots.forEach((path, slot) -> {
        for (int i = 0; i < stateNames.size(); i++) {
          slot.state.get(i).assign(state.get(path + "." + stateNames.get(i)));
        }
        slot.steps = (long) state.get(path + "." + STEP).toDoubles()[0];
      });
    }
  }

  private void checkLoad(Map<String, Tensor> own, Map<String, Tensor> state) {
    List<String> faults = new ArrayList<>();
    own.forEach((key, tensor) -> {
      Tensor other = state.get(key);
      if (other == null) {
        faults.add("'" + key + "' is missing");
      } else if (!other.spec().equals(tensor.spec())) {
        faults.add("'" + key + "': expected " + tensor.spec() + ", got " + other.spec());
      } else if (tensor.spec().equals(STEP_SPEC) && !isCount(key, other)) {
        faults.add("'" + key + "': expected a step count, got " + other);
      }
    });
    state.keySet().stream()
        .filter(key -> !own.containsKey(key))
        .forEach(key -> faults.add("'" + key + "' is unknown"));
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(
          name() + ": the state does not fit: " + String.join("; ", faults));
    }
  }

  private static boolean isCount(String key, Tensor tensor) {
    double value = tensor.toDoubles()[0];
    return !key.endsWith("." + STEP) || (value >= 0 && value == Math.rint(value));
  }

  /** Frees the state. Closing twice is harmless. */
  @Override
  public void close() {
    closed = true;
    slots.values().forEach(slot -> slot.state.forEach(Tensor::close));
  }
}
