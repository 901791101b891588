package dev.balboa.nn.layer;

import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;

/**
 * Adds the positions of Vaswani et al., 2017, to inputs [..., T, C]: sin(t / 10000^(2i/C)) to
 * element 2i and the cosine of the same to element 2i + 1. Computed once, in double precision; no
 * parameters, and not saved.
 */
public final class SinusoidalPositions extends Layer {
  private final PositionTable positions;
  private Tensor table;

  /** For positions 0 to {@code maxLength} - 1. */
  public SinusoidalPositions(long maxLength) {
    positions = new PositionTable("SinusoidalPositions", maxLength);
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    long columns = input.shape().rank() < 2 ? 0 : input.shape().dim(-1);
    if (columns < 1) {
      throw new IllegalArgumentException(
          "SinusoidalPositions: expected [..., T, C] with C >= 1, got " + input);
    }
    free();
    table = positions.create(columns, input.dtype(), (t, i) -> element(t, i, columns));
  }

  private static double element(long t, long i, long columns) {
    double angle = t * Math.pow(10000, -(double) (i - i % 2) / columns);
    return i % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
  }

  @Override
  protected Tensor compute(Tensor x) {
    return x.add(positions.rows(table, x, 0));
  }

  /** For positions from {@code offset} on. */
  public Tensor forward(Tensor x, long offset) {
    return apply(x, () -> x.add(positions.rows(table, x, offset)));
  }

  private void free() {
    if (table != null) {
      table.close();
    }
  }

  @Override
  public void close() {
    super.close();
    free();
  }
}
