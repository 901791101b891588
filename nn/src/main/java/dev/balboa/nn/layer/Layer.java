package dev.balboa.nn.layer;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A function of a tensor with parameters, made of other layers or of operations.
 *
 * <p>A layer is constructed from hyper-parameters alone and <em>built</em> once, when the shape of
 * its input is known. Building runs {@link #compute} on specs only: a layer that is reached creates
 * its parameters in {@link #initialize} and computes its output's shape through the shape rules of
 * its operations. A model of one's own is therefore its children and its {@code compute}:
 *
 * <pre>{@code
 * final class Block extends Layer {
 *   private final Conv2d first = child("first", new Conv2d(64, 3).same().relu());
 *   private final Conv2d second = child("second", new Conv2d(64, 3).same());
 *
 *   protected Tensor compute(Tensor x) {
 *     return second.forward(first.forward(x)).add(x).relu();
 *   }
 * }
 * }</pre>
 *
 * <p>A layer with more inputs than one has a {@code forward} of its own beside it, which hands its
 * body to {@link #apply}; see {@link MultiHeadAttention}.
 *
 * <p>While building, the elements that {@code compute} sees are undefined, and it runs as in
 * inference without gradients. Parameters are F32, or F64 if the layer is built for F64 inputs.
 *
 * <p>Ownership: a layer owns its parameters and children and frees them when closed. A layer has at
 * most one parent.
 *
 * <p>Errors: a layer used before it is built or after it is closed throws {@link
 * IllegalStateException}; an input that does not fit throws {@link IllegalArgumentException} with
 * the layer's path and what its operation says.
 *
 * <p>Thread rule: configured, built, trained and closed by one thread at a time; any number of
 * threads may call {@link #forward} or {@link #infer} of a built layer that nobody trains.
 */
public abstract class Layer implements AutoCloseable {
  private enum State {
    NEW,
    BUILDING,
    BUILT,
    CLOSED
  }

  private final Map<String, Layer> children = new LinkedHashMap<>();
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Set<Parameter> borrowed = new HashSet<>();
  private Layer parent;
  private String name = "";
  private Initialization initialization;
  private TensorSpec inputSpec;
  private TensorSpec outputSpec;
  private volatile State state = State.NEW;

  /** A layer without children and parameters yet. */
  protected Layer() {}

  // ---- For subclasses ----

  /** The function. Results belong to the innermost scope, as those of any operation. */
  protected abstract Tensor compute(Tensor x);

  /**
   * Creates the layer's own parameters for inputs like this one; called once, before the first
   * {@link #compute}. Layers without parameters of their own need not override it.
   *
   * @param input shape, with a batch of one, and type of the input
   */
  protected void initialize(TensorSpec input, Initialization initialization) {}

  /** What {@link #summary} and messages call this kind of layer. */
  protected String typeName() {
    return getClass().getSimpleName();
  }

  /** Registers a layer that this one is made of; to be called from constructors. */
  protected final <L extends Layer> L child(String childName, L layer) {
    checkName(childName);
    checkConfigurable("child '" + childName + "'");
    Layer added = Objects.requireNonNull(layer, "layer: child");
    if (added.parent != null || added.equals(this)) {
      throw new IllegalArgumentException(
          describe()
              + ": child '"
              + childName
              + "' is already part of another layer; share a layer"
              + " by calling its forward twice");
    }
    added.parent = this;
    added.name = childName;
    children.put(childName, added);
    return layer;
  }

  /** Registers a parameter that is trained; takes over {@code initial}. */
  protected final Parameter parameter(String parameterName, Tensor initial) {
    return register(parameterName, Parameter.trainable(typed(initial)));
  }

  /** Registers state that is not trained, such as running statistics; takes over the tensor. */
  protected final Parameter state(String parameterName, Tensor initial) {
    return register(parameterName, Parameter.state(typed(initial)));
  }

  private Tensor typed(Tensor initial) {
    boolean wide = inputSpec != null && inputSpec.dtype() == DType.F64;
    return wide && initial.dtype() == DType.F32 ? initial.cast(DType.F64) : initial;
  }

  /**
   * Registers a parameter that another layer of the model owns and that this one uses too: tied
   * weights. It is listed and trained once, under the path that comes first.
   */
  protected final Parameter share(String parameterName, Parameter parameter) {
    checkName(parameterName);
    checkInitializing(parameterName);
    parameters.put(parameterName, Objects.requireNonNull(parameter, "layer: shared parameter"));
    borrowed.add(parameter);
    return parameter;
  }

  private void checkInitializing(String parameterName) {
    if (state != State.BUILDING) {
      throw new IllegalStateException(
          describe() + ": parameter '" + parameterName + "' is created outside initialize");
    }
  }

  private Parameter register(String parameterName, Parameter parameter) {
    try {
      checkName(parameterName);
      checkInitializing(parameterName);
      parameters.put(parameterName, parameter);
      return parameter;
    } finally {
      if (parameters.get(parameterName) != parameter) {
        parameter.close();
      }
    }
  }

  private void checkName(String key) {
    if (key.isEmpty() || key.indexOf('.') >= 0) {
      throw new IllegalArgumentException(
          describe() + ": expected a name without dots, got '" + key + "'");
    }
    if (children.containsKey(key) || parameters.containsKey(key)) {
      throw new IllegalArgumentException(describe() + ": the name '" + key + "' is taken");
    }
  }

  /**
   * Checks that hyper-parameters may still change.
   *
   * @throws IllegalStateException naming {@code what} if the layer is built or closed
   */
  protected final void checkConfigurable(String what) {
    if (state != State.NEW) {
      throw new IllegalStateException(
          describe() + ": " + what + " must be set before the layer is built");
    }
  }

  // ---- Building ----

  /**
   * Creates all parameters for F32 inputs.
   *
   * @param sample shape of one input, without the batch dimension
   * @param seed of the initial values
   * @return the shape of the output for one input, without the batch dimension
   */
  public final Shape build(Shape sample, long seed) {
    Shape out = build(batchOfOne(sample), new RandomStream(seed)).shape();
    return out.slice(1, out.rank());
  }

  /**
   * Creates all parameters, on the executor in force. Children that are built already stay as they
   * are. If it fails the layer is as before.
   *
   * @param input shape, with a batch of one first, and type of the input
   * @return shape and type of the output
   */
  public final TensorSpec build(TensorSpec input, RandomStream random) {
    return build(random, () -> forward(Tensors.fill(input, 0)));
  }

  /**
   * Creates all parameters of a layer with several inputs: {@code build(random, () ->
   * decoder.forward(Tensors.zeros(1, 10, 64), Tensors.zeros(1, 12, 64)))}. Otherwise as {@link
   * #build(TensorSpec, RandomStream)}.
   *
   * @param call applies this layer to inputs of the right shapes and types; nothing is computed
   */
  public final TensorSpec build(RandomStream random, Supplier<Tensor> call) {
    if (state != State.NEW) {
      throw new IllegalStateException(
          describe() + (state == State.CLOSED ? " is closed" : " is built already"));
    }
    var init = new Initialization(Execution.current().eager(), random);
    EagerExecutor specsOnly = new EagerExecutor(new SpecBackend());
    initialization = init;
    boolean done = false;
    try (var _ = Scope.open();
        var _ = Execution.on(specsOnly);
        var _ = Execution.inference();
        var _ = Execution.noGrad()) {
      Objects.requireNonNull(call.get(), "build: output");
      requireBuilt();
      done = true;
      return outputSpec;
    } finally {
      initialization = null;
      if (!done) {
        init.built().forEach(Layer::unbuild);
      }
    }
  }

  static TensorSpec batchOfOne(Shape sample) {
    return new TensorSpec(Shape.of(1).append(sample.dims()), DType.F32);
  }

  private Tensor buildAndTrace(Tensor x, Supplier<Tensor> body) {
    Initialization init = initialization();
    if (init == null) {
      throw new IllegalStateException(
          describe() + " is not built: call build with the shape of its input first");
    }
    init.built().add(this);
    state = State.BUILDING;
    inputSpec = x.spec();
    try (var _ = Scope.open();
        var _ = Execution.on(init.executor())) {
      initialize(x.spec(), init);
    } catch (IllegalArgumentException e) {
      throw located(e);
    }
    Tensor y = run(body);
    outputSpec = y.spec();
    state = State.BUILT;
    return y;
  }

  private Initialization initialization() {
    Layer layer = this;
    while (layer.initialization == null && layer.parent != null) {
      layer = layer.parent;
    }
    return layer.initialization;
  }

  private void requireBuilt() {
    if (state != State.BUILT) {
      throw new IllegalStateException(
          describe()
              + " was not reached while its parent was built, so its input is not known:"
              + " use it in compute, or build it before its parent");
    }
    children.values().forEach(Layer::requireBuilt);
  }

  private void unbuild() {
    closeParameters();
    parameters.clear();
    borrowed.clear();
    inputSpec = null;
    outputSpec = null;
    state = State.NEW;
  }

  // ---- Use ----

  /**
   * Applies the layer. Whether it behaves as in training, and whether gradients are recorded, is a
   * property of the calling thread's {@link Execution}.
   */
  public final Tensor forward(Tensor x) {
    return apply(x, () -> compute(x));
  }

  /**
   * What {@link #forward} does, with {@code body} in the place of {@link #compute}: builds the
   * layer for inputs like {@code x} while the model around it is built, and names the layer in
   * errors. For layers with several inputs:
   *
   * <pre>{@code
   * public Tensor forward(Tensor x, Tensor residual) {
   *   return apply(x, () -> ...);
   * }
   * }</pre>
   *
   * @param x the input that {@link #initialize}, {@link #inputSpec} and summaries see
   */
  protected final Tensor apply(Tensor x, Supplier<Tensor> body) {
    LayerObserver observer = Observation.current();
    if (observer == null) {
      return observed(x, body);
    }
    observer.before(this);
    Tensor y = observed(x, body);
    observer.after(this, y);
    return y;
  }

  private Tensor observed(Tensor x, Supplier<Tensor> body) {
    return switch (state) {
      case BUILT -> run(body);
      case NEW -> buildAndTrace(x, body);
      case BUILDING ->
          throw new IllegalStateException(describe() + ": forward is called while it initializes");
      case CLOSED -> throw new IllegalStateException(describe() + " is closed");
    };
  }

  /**
   * Applies the layer as in inference, without recording; only the result outlives the call, in the
   * innermost scope.
   */
  public final Tensor infer(Tensor x) {
    Scope outer = Scope.current();
    try (Scope scope = Scope.open();
        var _ = Execution.inference();
        var _ = Execution.noGrad()) {
      Tensor y = forward(x).detach();
      boolean ownResult = y.value() instanceof ArrayValue a && a.storage().block().isOwnedBy(scope);
      if (ownResult) {
        y.moveTo(outer);
      }
      return y;
    }
  }

  /**
   * This layer as in inference, captured and replayed: faster, with numbers as from {@link #infer}.
   * It sees every later change of the parameters.
   */
  public final Compiled compile() {
    return compile(CompileOptions.defaults());
  }

  /** As {@link #compile()}, with other options. */
  public final Compiled compile(CompileOptions options) {
    requireUsable();
    return Compiled.of(in -> List.of(forward(in.get(0))), options.withNames(parameters()));
  }

  private Tensor run(Supplier<Tensor> body) {
    try (var _ = running()) {
      return body.get();
    } catch (IllegalArgumentException e) {
      throw located(e);
    }
  }

  /**
   * Says that this layer runs, for checks and profiles; to be opened by entry points other than
   * {@link #forward}.
   */
  protected final Execution.Frame running() {
    return Execution.within(() -> path().isEmpty() ? typeName() : path() + " (" + typeName() + ")");
  }

  private IllegalArgumentException located(IllegalArgumentException e) {
    return e instanceof LayerArgumentException
        ? e
        : new LayerArgumentException(describe() + ": " + e.getMessage(), e);
  }

  /** This layer, then another: both become children of a new {@link Sequential}. */
  public Sequential then(Layer next) {
    return Sequential.of(this, next);
  }

  // ---- Inspection ----

  /** The layers that this one is made of, by name. */
  public final Map<String, Layer> children() {
    return Collections.unmodifiableMap(children);
  }

  /** The parameters of this layer itself, by name, without those of its children. */
  public final Map<String, Parameter> ownParameters() {
    return Collections.unmodifiableMap(parameters);
  }

  /**
   * All parameters and state by path, such as {@code 0.weight}, in the order of registration;
   * {@link Parameter#isTrainable} tells them apart. One that several layers share is listed once,
   * under its first path.
   */
  public final SequencedMap<String, Parameter> parameters() {
    return Parameters.once(paths());
  }

  /** All paths, also further ones of a shared parameter. */
  private SequencedMap<String, Parameter> paths() {
    var all = new LinkedHashMap<String, Parameter>();
    collect("", all);
    return all;
  }

  private void collect(String prefix, Map<String, Parameter> into) {
    parameters.forEach((key, parameter) -> into.put(prefix + key, parameter));
    children.forEach((key, layer) -> layer.collect(prefix + key + ".", into));
  }

  /** How many numbers are learned: elements of trainable parameters, frozen or not. */
  public final long parameterCount() {
    return Parameters.elements(parameters().values(), Parameter::isTrainable);
  }

  /** Freezes all parameters and state; see {@link #freeze(Predicate)}. */
  public final void freeze() {
    freeze(_ -> true);
  }

  /**
   * Excludes parameters from training: no gradient of them is computed and no optimizer changes
   * them. Batch normalisation whose running statistics are frozen normalises with them and leaves
   * them as they are, as in Keras.
   *
   * @param paths which ones, by path from this layer
   */
  public final void freeze(Predicate<String> paths) {
    setFrozen(paths, true);
  }

  /** Trains all parameters again. */
  public final void unfreeze() {
    unfreeze(_ -> true);
  }

  /** Trains these parameters again, by path from this layer. */
  public final void unfreeze(Predicate<String> paths) {
    setFrozen(paths, false);
  }

  private void setFrozen(Predicate<String> paths, boolean frozen) {
    requireUsable();
    paths()
        .forEach((path, parameter) -> {
          if (paths.test(path)) {
            parameter.frozen(frozen);
          }
        });
  }

  /**
   * Overwrites every parameter and all state. PyTorch's {@code num_batches_tracked} is passed over:
   * nothing depends on it here.
   *
   * @param values by path, exactly the paths and specs of {@link #parameters}; a shared parameter
   *     may come under any of its paths
   * @throws IllegalArgumentException naming every path that is missing, unknown or of another spec;
   *     nothing is written then
   */
  public final void load(Map<String, Tensor> values) {
    requireUsable();
    try {
      Parameters.load(paths(), values);
    } catch (IllegalArgumentException e) {
      throw located(e);
    }
  }

  private void requireUsable() {
    if (state != State.BUILT) {
      throw new IllegalStateException(
          describe() + (state == State.CLOSED ? " is closed" : " is not built"));
    }
  }

  /** Whether parameters exist and the layer can be used. */
  public final boolean isBuilt() {
    return state == State.BUILT;
  }

  /**
   * The input that the layer was built for, with a batch of one.
   *
   * @throws IllegalStateException if the layer is not built
   */
  public final TensorSpec inputSpec() {
    requireUsable();
    return inputSpec;
  }

  /**
   * The output for {@link #inputSpec}.
   *
   * @throws IllegalStateException if the layer is not built
   */
  public final TensorSpec outputSpec() {
    requireUsable();
    return outputSpec;
  }

  /** Names from the root of the model to this layer, joined by dots; empty for the root. */
  public final String path() {
    return parent == null ? "" : parent.path().isEmpty() ? name : parent.path() + "." + name;
  }

  private String describe() {
    return parent == null ? typeName() : "layer '" + path() + "' (" + typeName() + ")";
  }

  /**
   * A table of layers with output shapes, parameters and multiply-adds for one input; nested layers
   * are indented, frozen ones marked.
   */
  public final String summary() {
    return new Summary(this).text();
  }

  /**
   * The multiply-adds of products and convolutions for one input: those of the operations that
   * {@link #compute} applies to a batch of one like {@link #inputSpec}.
   */
  public final long multiplyAdds() {
    return LayerCosts.of(this).total();
  }

  /** Frees all parameters, state and gradients, the children's too. Closing twice is harmless. */
  @Override
  public void close() {
    state = State.CLOSED;
    children.values().forEach(Layer::close);
    closeParameters();
  }

  private void closeParameters() {
    parameters.values().stream().filter(p -> !borrowed.contains(p)).forEach(Parameter::close);
  }

  /** Path and type. */
  @Override
  public String toString() {
    return describe();
  }

  final String kind() {
    return typeName();
  }
}
