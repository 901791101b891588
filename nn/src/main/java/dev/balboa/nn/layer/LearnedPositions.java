package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;

/**
 * Adds a trained vector for each position to inputs [..., T, C]. Parameter {@code weight}
 * [maxLength, C], starting normal with deviation 0.02.
 */
public final class LearnedPositions extends Layer {
  private final PositionTable positions;
  private Parameter weight;

  /** For positions 0 to {@code maxLength} - 1. */
  public LearnedPositions(long maxLength) {
    positions = new PositionTable("LearnedPositions", maxLength);
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    long columns = input.shape().rank() < 2 ? 0 : input.shape().dim(-1);
    if (columns < 1) {
      throw new IllegalArgumentException(
          "LearnedPositions: expected [..., T, C] with C >= 1, got " + input);
    }
    Shape shape = Shape.of(positions.maxLength(), columns);
    Tensor initial = init.draw(Initializer.normal(0, 0.02), shape, Initializer.Fans.of(shape));
    weight = parameter("weight", initial);
  }

  @Override
  protected Tensor compute(Tensor x) {
    return x.add(positions.rows(weight.tensor(), x, 0));
  }

  /** For positions from {@code offset} on. */
  public Tensor forward(Tensor x, long offset) {
    return apply(x, () -> x.add(positions.rows(weight.tensor(), x, offset)));
  }
}
