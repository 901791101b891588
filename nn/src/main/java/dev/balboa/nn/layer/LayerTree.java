package dev.balboa.nn.layer;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The layers and parameters that a {@link Layer} is made of, by name, and whether they are there
 * yet.
 */
abstract sealed class LayerTree permits Layer {
  enum State {
    NEW,
    BUILDING,
    BUILT,
    CLOSED
  }

  private final Map<String, Layer> children = new LinkedHashMap<>();
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Set<Parameter> borrowed = new HashSet<>();
  Layer parent;
  String name = "";
  TensorSpec inputSpec;
  TensorSpec outputSpec;
  volatile State state = State.NEW;

  LayerTree() {}

  /** What {@link Layer#summary} and messages call this kind of layer. */
  protected String typeName() {
    return getClass().getSimpleName();
  }

  final String kind() {
    return typeName();
  }

  // ---- Registration ----

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
    added.parent = (Layer) this;
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

  // ---- State ----

  final void requireBuilt() {
    if (state != State.BUILT) {
      throw new IllegalStateException(
          describe()
              + " was not reached while its parent was built, so its input is not known:"
              + " use it in compute, or build it before its parent");
    }
    children.values().forEach(Layer::requireBuilt);
  }

  final void unbuild() {
    closeParameters();
    parameters.clear();
    borrowed.clear();
    inputSpec = null;
    outputSpec = null;
    state = State.NEW;
  }

  final void closeParameters() {
    parameters.values().stream().filter(p -> !borrowed.contains(p)).forEach(Parameter::close);
  }

  final IllegalArgumentException located(IllegalArgumentException e) {
    return e instanceof LayerArgumentException
        ? e
        : new LayerArgumentException(describe() + ": " + e.getMessage(), e);
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

  final void collect(String prefix, Map<String, Parameter> into) {
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

  final void requireUsable() {
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

  final String describe() {
    return parent == null ? typeName() : "layer '" + path() + "' (" + typeName() + ")";
  }
}
