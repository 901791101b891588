package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.op.WinogradConv;
import dev.balboa.nn.op.WinogradFilters;
import dev.balboa.nn.op.WinogradOp;
import java.util.ArrayList;
import java.util.List;

/** Convolution by Winograd's algorithm, and the weights for it. */
final class WinogradCases {
  private static final Activation NONE = Activation.IDENTITY;
  private static final Window SAME = Window.square(3, 1, 1);

  /** As in {@link WinogradFilters}. */
  private static final double[][] G = {
    {1 / 4.0, 0, 0},
    {-1 / 6.0, -1 / 6.0, -1 / 6.0},
    {-1 / 6.0, 1 / 6.0, -1 / 6.0},
    {1 / 24.0, 1 / 12.0, 1 / 6.0},
    {1 / 24.0, -1 / 12.0, 1 / 6.0},
    {0, 0, 1}
  };

  private WinogradCases() {}

  static List<OpCase> all() {
    return List.of(filters(), convolution());
  }

  // ---- Weights ----

  private static OpCase filters() {
    WinogradFilters op = new WinogradFilters();
    return OpCase.of(
            "winograd_filters",
            WinogradFilters.class,
            d -> filters(d, 16L * d.between(1, 4), 16L * d.between(1, 3)))
        .also(d -> filters(d, 16, 304))
        .alsoLarge(d -> filters(d, 80, 256))
        .sums(_ -> 9)
        .derivative(OpCase.Derivative.NONE)
        .notNativelyIn(DType.F64)
        .refuses(op, List.of(), "1 inputs", "got 0")
        .refuses(op, List.of(f32(16, 16, 3)), "weights of rank 4", "F32[16, 16, 3]")
        .refuses(op, List.of(f32(16, 16, 3, 1)), "kernel [3, 3]", "F32[16, 16, 3, 1]")
        .refuses(op, List.of(f32(16, 24, 3, 3)), "multiples of 16", "F32[16, 24, 3, 3]")
        .refuses(op, List.of(f32(0, 16, 3, 3)), "multiples of 16", "F32[0, 16, 3, 3]")
        .refuses(
            op,
            List.of(new TensorSpec(Shape.of(16, 16, 3, 3), DType.I32)),
            "floating-point",
            "I32[16, 16, 3, 3]");
  }

  private static Sample filters(Draw d, long filters, long channels) {
    Shape w = Shape.of(filters, channels, 3, 3);
    return Sample.of(new WinogradFilters(), d.input(w, Domain.NORMAL, false));
  }

  // ---- Convolution ----

  private static OpCase convolution() {
    OpCase c =
        OpCase.of("winograd_conv2d", WinogradConv.class, WinogradCases::random)
            .also(d -> sample(d, SAME, 16, Shape.of(0, 16, 5, 5)))
            .also(d -> sample(d, SAME, 48, Shape.of(2, 16, 4, 8)))
            .also(d -> sample(d, padded(0, 0, 0, 0), 16, Shape.of(1, 32, 3, 3)))
            .also(d -> sample(d, padded(7, 0, 1, 6), 32, Shape.of(1, 16, 1, 2)))
            .also(d -> sample(d, SAME, 16, Shape.of(1, 16, 1, 211)))
            .also(d -> pooled(d, SAME, 48, Shape.of(2, 16, 5, 2)))
            .also(d -> pooled(d, SAME, 16, Shape.of(0, 16, 4, 4)))
            .alsoLarge(d -> sample(d, SAME, 64, Shape.of(3, 48, 30, 29)))
            .alsoLarge(d -> pooled(d, SAME, 64, Shape.of(3, 48, 31, 28)))
            .alsoLarge(d -> sample(d, SAME, 80, Shape.of(1, 128, 7, 7)))
            .sums(s -> WinogradOp.POINTS * s.specs().get(0).shape().dim(1))
            .derivative(OpCase.Derivative.NONE)
            .notNativelyIn(DType.F64);
    return refusals(c);
  }

  private static Window padded(int top, int left, int bottom, int right) {
    return new Window(
        List.of(3, 3), List.of(1, 1), List.of(1, 1), List.of(top, left), List.of(bottom, right));
  }

  private static Sample random(Draw d) {
    Window window = padded(pad(d), pad(d), pad(d), pad(d));
    long h = d.between(3, 11);
    long w = d.between(3, 11);
    long channels = 16L * d.pick(1, 1, 1, 2, 3);
    int filters = 16 * d.pick(1, 1, 2, 3);
    Shape x = Shape.of(d.between(1, 3), channels, h, w);
    WinogradConv op = new WinogradConv(window, filters, NONE, false);
    Shape y = op.results(x);
    return d.chance(0.3) && y.dim(2) > 1 && y.dim(3) > 1
        ? pooled(d, window, filters, x)
        : sample(d, window, filters, x);
  }

  private static Sample pooled(Draw d, Window window, int filters, Shape x) {
    Activation act = d.pick(NONE, Activation.RELU);
    return sample(d, new WinogradConv(window, filters, act, false, true), x);
  }

  private static int pad(Draw d) {
    return d.pick(0, 1, 1, 2, 3);
  }

  private static Sample sample(Draw d, Window window, int filters, Shape x) {
    Activation act = d.pick(NONE, Activation.RELU);
    return sample(d, new WinogradConv(window, filters, act, d.flip()), x);
  }

  private static Sample sample(Draw d, WinogradConv op, Shape x) {
    Shape u = Shape.of(WinogradOp.POINTS, Math.ceilDiv(op.filters(), 32), x.dim(1), 32);
    List<Input> in = new ArrayList<>();
    in.add(d.input(x, Domain.NORMAL, false));
    in.add(d.dense(u, WinogradCases::transforms, false));
    if (d.flip()) {
      in.add(d.input(Shape.of(op.filters()), Domain.NORMAL, false));
    }
    if (op.residual()) {
      in.add(d.input(op.results(x), Domain.NORMAL, false));
    }
    return Sample.of(op, in);
  }

  /**
   * Transforms of kernels, point after point: the 36 points of one are no independent numbers. In
   * BF16 those of kernels with a single weight, so that the points are not rounded either.
   */
  private static double[] transforms(Draw d, int count) {
    int kernels = count / WinogradOp.POINTS;
    double[] u = new double[count];
    for (int k = 0; k < kernels; k++) {
      double[] g = d.real() == DType.BF16 ? single(d) : Domain.NORMAL.draw(d, 9);
      for (int point = 0; point < WinogradOp.POINTS; point++) {
        double[] row = G[point / 6];
        double[] column = G[point % 6];
        for (int i = 0; i < 9; i++) {
          u[point * kernels + k] += row[i / 3] * g[i] * column[i % 3];
        }
      }
    }
    return u;
  }

  /** Whose transform has whole numbers of a few bits, over a power of two. */
  private static double[] single(Draw d) {
    double[] g = new double[9];
    g[d.between(0, 8)] = d.pick(-1, 1) * 9 * d.pick(0.0625, 0.125, 0.25);
    return g;
  }

  private static OpCase refusals(OpCase c) {
    WinogradConv op = new WinogradConv(SAME, 32, NONE, false);
    WinogradConv residual = new WinogradConv(SAME, 32, NONE, true);
    TensorSpec x = f32(1, 16, 8, 8);
    TensorSpec u = f32(36, 1, 16, 32);
    return c.refuses(op, List.of(x), "2 to 3 inputs", "got 1")
        .refuses(residual, List.of(x, u), "3 to 4 inputs", "got 2")
        .refuses(op, List.of(f32(16, 8, 8), u), "rank 4", "F32[16, 8, 8]")
        .refuses(op, List.of(f32(1, 24, 8, 8), u), "multiples of 16", "F32[1, 24, 8, 8]")
        .refuses(op, List.of(f32(1, 16, 0, 8), u), "at least one pixel", "F32[1, 16, 0, 8]")
        .refuses(op, List.of(x, f32(36, 1, 32, 32)), "[36, 1, 16, 32]", "F32[36, 1, 32, 32]")
        .refuses(
            op, List.of(x, new TensorSpec(u.shape(), DType.F64)), "one type", "F64[36, 1, 16, 32]")
        .refuses(op, List.of(x, u, f32(16)), "bias of shape [32]", "F32[16]")
        .refuses(
            residual, List.of(x, u, f32(1, 32, 8, 7)), "residual F32[1, 32, 8, 8]", "[1, 32, 8, 7]")
        .refuses(
            new WinogradConv(padded(0, 0, 0, 0), 32, NONE, false),
            List.of(f32(1, 16, 2, 8), u),
            "kernel extent 3",
            "size 2")
        .refusesToMake(
            () -> new WinogradConv(Window.square(3, 2, 1), 32, NONE, false), "stride", "got")
        .refuses(
            new WinogradConv(SAME, 32, NONE, false, true),
            List.of(f32(1, 16, 1, 8), u),
            "kernel extent 2",
            "size 1")
        .refusesToMake(
            () -> new WinogradConv(SAME, 32, NONE, true, true),
            "pooling or a residual",
            "[residual")
        .refusesToMake(() -> new WinogradConv(SAME, 24, NONE, false), "multiples of 16", "got 24")
        .refusesToMake(
            () -> new WinogradConv(SAME, 32, Activation.TANH, false), "ReLU", "got TANH");
  }
}
