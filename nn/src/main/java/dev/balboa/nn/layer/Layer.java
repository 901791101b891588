package dev.balboa.nn.layer;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;
import java.util.Objects;
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
public abstract non-sealed class Layer extends LayerTree implements AutoCloseable {
  private Initialization initialization;
  private long multiplyAdds;

  /** A layer without children and parameters yet. */
  protected Layer() {}

  // ---- For subclasses ----

  /**
   * The function. Results belong to the innermost scope, as those of any operation. While the layer
   * is built their elements are undefined, and only constants and copies can be assigned to.
   */
  protected abstract Tensor compute(Tensor x);

  /**
   * Creates the layer's own parameters for inputs like this one; called once, before the first
   * {@link #compute}. Layers without parameters of their own need not override it.
   *
   * @param input shape, with a batch of one, and type of the input
   */
  protected void initialize(TensorSpec input, Initialization initialization) {}

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
    LayerCosts costs = new LayerCosts();
    initialization = init;
    boolean done = false;
    try (var _ = Scope.open();
        var _ = Execution.on(costs.executor());
        var _ = Execution.inference();
        var _ = Execution.noGrad();
        var _ = costs.observe()) {
      Objects.requireNonNull(call.get(), "build: output");
      requireBuilt();
      costs.own().forEach((layer, count) -> layer.multiplyAdds = count);
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
   * This layer as in inference, captured and replayed: faster, with numbers as from {@link #infer}
   * within rounding. It sees every later change of the parameters.
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

  /** This layer, then another: both become children of a new {@link Sequential}. */
  public Sequential then(Layer next) {
    return Sequential.of(this, next);
  }

  /**
   * A table of layers with output shapes, parameters and multiply-adds for one input; nested layers
   * are indented, frozen ones marked.
   */
  public final String summary() {
    requireUsable();
    return new Summary(this).text();
  }

  /**
   * The multiply-adds of products and convolutions for one input: those of the operations that were
   * applied when the layer was built, its children's included.
   */
  public final long multiplyAdds() {
    return multiplyAdds + children().values().stream().mapToLong(Layer::multiplyAdds).sum();
  }

  /** Those of {@link #multiplyAdds} that are not its children's. */
  final long ownMultiplyAdds() {
    return multiplyAdds;
  }

  /** Frees all parameters, state and gradients, the children's too. Closing twice is harmless. */
  @Override
  public void close() {
    state = State.CLOSED;
    children().values().forEach(Layer::close);
    closeParameters();
  }

  /** Path and type. */
  @Override
  public String toString() {
    return describe();
  }
}
