package dev.balboa.nn.layer;

import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a layer initializes its parameters with: the random stream of the model being built.
 *
 * <p>Thread rule: belongs to the thread that builds.
 */
public final class Initialization {
  private final EagerExecutor executor;
  private final RandomStream random;
  private final List<Layer> built = new ArrayList<>();

  Initialization(EagerExecutor executor, RandomStream random) {
    this.executor = executor;
    this.random = Objects.requireNonNull(random, "initialization: random stream");
  }

  /** The stream that initial values come from. */
  public RandomStream random() {
    return random;
  }

  /** Initial values of a parameter, in the current scope. */
  public Tensor draw(Initializer initializer, Shape shape, Initializer.Fans fans) {
    return initializer.create(shape, fans, random);
  }

  EagerExecutor executor() {
    return executor;
  }

  /** The layers built with this, so far. */
  List<Layer> built() {
    return built;
  }
}
