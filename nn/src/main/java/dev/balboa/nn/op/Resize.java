package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Resamples the last axes to {@code sizes}, axis by axis, as PyTorch's {@code interpolate} does.
 *
 * <p>Position j of m on an axis of n lies at s = (j + 1/2) n / m - 1/2, or at s = j (n - 1) / (m -
 * 1) with {@code alignCorners} (0 if m is 1). {@link ResizeMode#LINEAR} clamps s to at least 0, and
 * both weighted modes take the last element for all behind it, the first for all before it. An
 * element whose weight is zero is not read. {@link ResizeMode#NEAREST} takes any type, the others
 * floating-point ones.
 */
public record Resize(ResizeMode mode, boolean alignCorners, List<Long> sizes) implements AxisOp {
  private static final double A = -0.75;

  /** Copies the sizes and checks them. */
  public Resize {
    sizes = List.copyOf(sizes);
    Check.that(sizes.stream().allMatch(m -> m > 0), "resize", "sizes > 0", sizes);
    Check.that(
        !alignCorners || mode != ResizeMode.NEAREST,
        "resize",
        "a weighted mode with aligned corners",
        mode);
  }

  @Override
  public String name() {
    return "resize";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec x = in.get(0);
    if (mode != ResizeMode.NEAREST) {
      Check.floating(name(), "input", x);
    }
    return List.of(x.withShape(outShape(name(), x.shape())));
  }

  Shape outShape(String op, Shape shape) {
    int lead = shape.rank() - sizes.size();
    Check.that(lead >= 0, op, "at least " + sizes.size() + " axes", shape);
    Shape out = shape;
    for (int i = 0; i < sizes.size(); i++) {
      Check.that(shape.dim(lead + i) > 0, op, "elements on axis " + (lead + i), shape);
      out = out.with(lead + i, sizes.get(i));
    }
    return out;
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads(c.emit().apply(new ResizeBackward(this, c.in(0).spec().shape()), c.grad(0)));
  }

  /**
   * What one position of an axis is made of.
   *
   * @param sources positions on the axis that is read, not all different
   * @param weights theirs, none zero
   */
  public record Taps(List<Long> sources, List<Double> weights) {}

  /** The taps of position {@code j} of {@code m} on an axis of {@code n}. */
  public Taps taps(long n, long m, long j) {
    if (mode == ResizeMode.NEAREST) {
      return new Taps(List.of(j * n / m), List.of(1.0));
    }
    // s = above / below, exactly
    long above = alignCorners ? (m == 1 ? 0 : j * (n - 1)) : (2 * j + 1) * n - m;
    long below = alignCorners ? Math.max(1, m - 1) : 2 * m;
    if (mode == ResizeMode.LINEAR) {
      above = Math.max(0, above);
    }
    long at = Math.floorDiv(above, below);
    double t = (double) Math.floorMod(above, below) / below;
    return mode == ResizeMode.LINEAR
        ? taps(n, at, 1 - t, t)
        : taps(n, at - 1, outer(1 + t), inner(t), inner(1 - t), outer(2 - t));
  }

  private static Taps taps(long n, long first, double... weights) {
    List<Long> sources = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] != 0) {
        sources.add(Math.clamp(first + i, 0, n - 1));
      }
    }
    return new Taps(sources, Arrays.stream(weights).filter(w -> w != 0).boxed().toList());
  }

  private static double inner(double t) {
    return ((A + 2) * t - (A + 3)) * t * t + 1;
  }

  private static double outer(double t) {
    return A * (t - 1) * (t - 2) * (t - 2);
  }
}
