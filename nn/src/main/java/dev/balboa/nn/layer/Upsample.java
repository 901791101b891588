package dev.balboa.nn.layer;

import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import java.util.Objects;

/**
 * Makes every spatial dimension of [N, C, spatial...] {@code factor} times as long ({@link
 * dev.balboa.nn.op.Resize}), by repetition unless told; LINEAR is bilinear on pictures.
 */
public final class Upsample extends Layer {
  private final int factor;
  private final ResizeMode mode;
  private boolean alignCorners;

  /** By repetition. */
  public Upsample(int factor) {
    this(factor, ResizeMode.NEAREST);
  }

  /** By interpolation. */
  public Upsample(int factor, ResizeMode mode) {
    if (factor < 1) {
      throw new IllegalArgumentException("Upsample: expected a factor >= 1, got " + factor);
    }
    this.factor = factor;
    this.mode = Objects.requireNonNull(mode, "Upsample: mode");
  }

  /** Puts the corner elements of input and output on each other. */
  public Upsample alignCorners() {
    checkConfigurable("alignment");
    alignCorners = true;
    return this;
  }

  @Override
  protected Tensor compute(Tensor x) {
    Shape shape = x.shape();
    if (shape.rank() < 3) {
      throw new IllegalArgumentException("expected an input [N, C, spatial...], got " + x.spec());
    }
    long[] sizes = shape.slice(2, shape.rank()).dims();
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.multiplyExact(sizes[i], factor);
    }
    return Functions.resize(x, mode, alignCorners, sizes);
  }
}
