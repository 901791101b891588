package dev.balboa.nn.layer;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Embeddings;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * A vector for each of {@code count} ids: inputs I32 or I64 of any shape [...], outputs [...,
 * width]. Parameter {@code weight} [count, width], starting standard normal as in PyTorch.
 *
 * <p>{@link #logits} uses the same weight as the output layer of a language model (Press and Wolf,
 * 2017).
 */
public final class Embedding extends Layer {
  private final long count;
  private final long width;
  private OptionalLong padding = OptionalLong.empty();
  private boolean sparse;
  private Initializer initializer = Initializer.normal(0, 1);
  private Parameter weight;

  /** Vectors of this width for ids 0 to {@code count} - 1. */
  public Embedding(long count, long width) {
    if (count < 1 || width < 1) {
      throw new IllegalArgumentException(
          "Embedding: expected count and width >= 1, got " + count + " and " + width);
    }
    this.count = count;
    this.width = width;
  }

  /** The vector of this id starts with zeros and is not trained by look-ups. */
  public Embedding padding(long id) {
    checkConfigurable("padding");
    if (id < 0 || id >= count) {
      throw new IllegalArgumentException(
          "Embedding: expected a padding id in [0, " + count + "), got " + id);
    }
    padding = OptionalLong.of(id);
    return this;
  }

  /**
   * Look-ups have gradients of their rows only, see {@link Parameter#lookup}: for large tables that
   * are not {@linkplain #logits tied}, whose gradient is dense anyway, and for training that is not
   * captured.
   */
  public Embedding sparse() {
    checkConfigurable("kind of gradient");
    sparse = true;
    return this;
  }

  /** How the weight starts. */
  public Embedding weights(Initializer value) {
    checkConfigurable("initializer");
    initializer = Objects.requireNonNull(value, "Embedding: initializer");
    return this;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    Shape shape = Shape.of(count, width);
    Tensor initial = init.draw(initializer, shape, Initializer.Fans.of(shape)).copy();
    if (padding.isPresent()) {
      long id = padding.getAsLong();
      initial.slice(0, id, id + 1).assign(Tensors.zeros(1, width));
    }
    weight = parameter("weight", initial);
  }

  @Override
  protected Tensor compute(Tensor ids) {
    return sparse
        ? Embeddings.embedding(weight, ids, padding)
        : Embeddings.embedding(weight.tensor(), ids, padding);
  }

  /**
   * The products of h [..., width] with the vectors of all ids, [..., count]: an output layer that
   * shares its weight with this one.
   *
   * @throws IllegalStateException before the layer is built
   */
  public Tensor logits(Tensor h) {
    if (weight == null) {
      throw new IllegalStateException(this + ": logits are asked for before the layer is built");
    }
    return apply(h, () -> Functions.linear(h, weight.tensor(), null, Activation.IDENTITY));
  }
}
