package dev.balboa.nn.op;

import java.util.Collections;
import java.util.List;

/**
 * The convolution of {@link WinogradOp} with weights that are transformed already:
 *
 * <pre>
 * y = act(b[o] + r + A^T [ sum over c: U[o,c] * (B^T d[c] B) ] A), tile by tile
 *
 *       | 4  0 -5  0  1  0 |
 *       | 0 -4 -4  1  1  0 |           | 1  1  1  1  1  0 |
 * B^T = | 0  4 -4 -1  1  0 |     A^T = | 0  1 -1  2 -2  0 |
 *       | 0 -2 -1  2  1  0 |           | 0  1  1  4  4  0 |
 *       | 0  2 -1 -2  1  0 |           | 0  1 -1  8 -8  1 |
 *       | 0  4  0 -5  0  1 |
 * </pre>
 *
 * <p>Inputs: x [N, C, H, W] with at least one pixel, U [36, ceil(F / 32), C, 32] as {@link
 * WinogradFilters} makes it of kernels (a tile at the edge may be computed from fewer of its
 * points, since they depend on each other; of any other numbers the result is undefined),
 * optionally b [F], and if {@code residual} at the end r like the output. Output: y [N, F, out...],
 * or if {@code pooled} its largest elements in windows of 2 x 2 with stride 2, a NaN being the
 * largest: the windows lie within tiles.
 *
 * @param window of 3 x 3 without stride and dilation; the padding may be any
 * @param filters F, a multiple of 16
 * @param activation identity or ReLU
 * @param pooled only without a residual
 */
public record WinogradConv(
    Window window, int filters, Activation activation, boolean residual, boolean pooled)
    implements WinogradOp {
  /** The window of the pooling that may follow. */
  public static final Window POOL = Window.square(2, 2, 0);

  /** Not pooled. */
  public WinogradConv(Window window, int filters, Activation activation, boolean residual) {
    this(window, filters, activation, residual, false);
  }

  /** Checks window, filters, activation and residual. */
  public WinogradConv {
    if (!serves(window)) {
      throw unsupported("a window of 3 x 3 with stride and dilation 1", window);
    }
    if (!WinogradOp.isBlocked(filters)) {
      throw unsupported("filters in multiples of " + BLOCK, filters);
    }
    if (!activation.isAtMostRelu()) {
      throw unsupported("no activation or ReLU", activation);
    }
    if (residual && pooled) {
      throw unsupported("a pooling or a residual", List.of("residual", "pooled"));
    }
  }

  private static IllegalArgumentException unsupported(String expected, Object got) {
    return Check.unexpected("winograd_conv2d", expected, got);
  }

  /** Whether windows are such ones. */
  public static boolean serves(Window window) {
    List<Integer> ones = Collections.nCopies(2, 1);
    return window.kernel().equals(List.of(3, 3))
        && window.stride().equals(ones)
        && window.dilation().equals(ones)
        && !window.ceil();
  }

  @Override
  public String name() {
    return "winograd_conv2d";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, residual ? 3 : 2, residual ? 4 : 3);
    TensorSpec x = in.get(0);
    TensorSpec u = in.get(1);
    Check.rank(name(), "input", x, 4);
    Check.floating(name(), "input", x);
    Check.sameType(name(), x, u);
    Shape s = x.shape();
    Check.that(
        WinogradOp.isBlocked(s.dim(1)), name(), "an input of channels in multiples of " + BLOCK, x);
    Check.that(s.dim(2) > 0 && s.dim(3) > 0, name(), "an input of at least one pixel", x);
    Check.shape(name(), "transformed weights", u, WinogradOp.transformed(filters, s.dim(1)));
    if (hasBias(in.size())) {
      Check.sameType(name(), x, in.get(2));
      Check.shape(name(), "bias", in.get(2), Shape.of(filters));
    }
    TensorSpec y = x.withShape(results(s));
    Check.that(!residual || in.getLast().equals(y), name(), "residual " + y, in.getLast());
    return List.of(pooled ? x.withShape(POOL.outShape(name(), y.shape(), filters)) : y);
  }

  /** The results of the convolution of a picture, before a pooling. */
  public Shape results(Shape x) {
    return window.outShape(name(), x, filters);
  }

  /** Whether there is a bias among so many inputs; it is the third. */
  public boolean hasBias(int inputs) {
    return inputs == (residual ? 4 : 3);
  }

  /** The products of transformed tiles and weights, about a quarter of the convolution's own. */
  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    Shape y = results(in.get(0).shape());
    long tiles = y.dim(0) * Math.ceilDiv(y.dim(2), 4) * Math.ceilDiv(y.dim(3), 4);
    return POINTS * tiles * filters * in.get(0).shape().dim(1);
  }
}
