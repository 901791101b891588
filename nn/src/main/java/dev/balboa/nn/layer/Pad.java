package dev.balboa.nn.layer;

import dev.balboa.nn.op.PadMode;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Makes [N, C, spatial...] larger on all sides, with zeros unless told. Sizes are one number for
 * all sides, one for each spatial dimension, or those before and after each dimension in turn (top,
 * bottom, left, right).
 */
public final class Pad extends Layer {
  private final int[] sizes;
  private PadMode mode = PadMode.CONSTANT;
  private double value;

  /** With zeros. */
  public Pad(int... sizes) {
    this.sizes = sizes.clone();
  }

  /** Fills with this value. */
  public Pad value(double constant) {
    checkConfigurable("value");
    value = constant;
    return this;
  }

  /** Fills with what {@code padMode} says. */
  public Pad mode(PadMode padMode) {
    checkConfigurable("mode");
    mode = Objects.requireNonNull(padMode, "Pad: mode");
    return this;
  }

  @Override
  protected Tensor compute(Tensor x) {
    int spatial = x.shape().rank() - 2;
    boolean fits = sizes.length == 1 || sizes.length == spatial || sizes.length == 2 * spatial;
    if (spatial < 1 || !fits) {
      throw new IllegalArgumentException(
          "pad: expected an input [N, C, spatial...] and one number, one for each spatial dimension"
              + " or two for each, got "
              + x.spec()
              + " and "
              + sizes.length
              + " numbers");
    }
    List<Long> before = new ArrayList<>(List.of(0L, 0L));
    List<Long> after = new ArrayList<>(List.of(0L, 0L));
    for (int i = 0; i < spatial; i++) {
      before.add((long) size(2 * i, spatial));
      after.add((long) size(2 * i + 1, spatial));
    }
    return Functions.pad(x, before, after, mode, value);
  }

  private int size(int side, int spatial) {
    return sizes[sizes.length == 1 ? 0 : sizes.length == spatial ? side / 2 : side];
  }
}
