package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvBackwardData;
import dev.balboa.nn.op.ConvBackwardWeights;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Convolutions of 1 to 3 spatial dimensions and their adjoints. */
final class ConvolutionCases {
  private static final long[] BLOCKED_CHANNELS = {8, 16, 16, 32, 17, 3, 1, 24};
  private static final Window THREE = Window.square(3, 1, 1);

  private ConvolutionCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    for (int rank = 1; rank <= 3; rank++) {
      cases.add(forward(rank));
      cases.add(backwardData(rank));
      cases.add(ConvTransposeCases.of(rank));
      cases.add(backwardWeights(rank));
    }
    return cases;
  }

  /** Sizes that fit together. */
  record Plan(Window window, int groups, Shape x, Shape w) {
    Shape y() {
      Conv conv = new Conv(window, groups, Activation.IDENTITY);
      return conv.infer(List.of(new TensorSpec(x, DType.F32), new TensorSpec(w, DType.F32)))
          .get(0)
          .shape();
    }

    static Plan of(int groups, Window window, Shape x, long outputs) {
      long[] w = x.dims();
      w[0] = outputs;
      w[1] = x.dim(1) / groups;
      for (int i = 0; i < window.rank(); i++) {
        w[i + 2] = window.kernel().get(i);
      }
      return new Plan(window, groups, x, Shape.of(w));
    }

    static Plan random(Draw d, int rank) {
      List<Long> sizes = Windows.sizes(d, rank);
      Window window = Windows.random(d, sizes, false);
      boolean blocked = d.purpose() == Draw.Purpose.BLOCKED;
      int groups = blocked ? d.pick(1, 1, 1, 2) : d.smooth() ? d.between(1, 2) : groups(d);
      long in = blocked ? channels(d) : d.between(1, d.smooth() ? 2 : 6);
      long out = blocked ? channels(d) : d.between(1, d.smooth() ? 2 : 6);
      long[] x = new long[rank + 2];
      x[0] = d.between(1, d.smooth() ? 2 : 3);
      x[1] = groups * in;
      for (int i = 0; i < rank; i++) {
        x[i + 2] = sizes.get(i);
      }
      return of(groups, window, Shape.of(x), groups * out);
    }

    private static int groups(Draw d) {
      return d.chance(0.6) ? 1 : d.pick(2, 3, 8, 16);
    }

    private static long channels(Draw d) {
      return BLOCKED_CHANNELS[d.between(0, BLOCKED_CHANNELS.length - 1)];
    }
  }

  static long terms(Window window, int groups, Shape w, Shape y) {
    long taps = Windows.taps(window);
    long outputs = y.dim(1) == 0 ? 0 : y.size() / y.dim(1);
    return Math.max(outputs, taps * Math.max(w.dim(1), w.dim(0) / groups));
  }

  // ---- Forward ----

  private static OpCase forward(int rank) {
    OpCase c =
        OpCase.of("conv" + rank + "d", Conv.class, d -> forward(d, Plan.random(d, rank)))
            .also(d -> forward(d, empty(rank, 0, 3, 2)))
            .also(d -> forward(d, empty(rank, 2, 0, 3)))
            .also(d -> forward(d, empty(rank, 2, 3, 0)))
            .also(d -> forward(d, onlyPadding(rank)))
            .also(d -> forward(d, depthwise(rank)))
            .also(d -> forward(d, lopsided(rank)))
            .also(d -> withResidual(d, depthwise(rank)))
            .also(d -> withResidual(d, lopsided(rank)))
            .also(d -> withResidual(d, empty(rank, 0, 3, 2)))
            .also(d -> withResidual(d, empty(rank, 2, 0, 3)))
            .sums(s -> {
              Conv op = (Conv) s.op();
              Shape y = op.infer(s.specs()).get(0).shape();
              Shape w = s.specs().get(1).shape();
              return terms(op.window(), op.groups(), w, y);
            });
    return rank == 2 ? forwardRefusals(c) : c;
  }

  /** Batch, input or output channels may be 0. */
  static Plan empty(int rank, long batch, long in, long out) {
    long[] x = new long[rank + 2];
    java.util.Arrays.fill(x, 4);
    x[0] = batch;
    x[1] = in;
    return Plan.of(1, Window.uniform(rank, 3, 1, 1, 1), Shape.of(x), out);
  }

  /** No input element at all, but two padded ones per spatial dimension. */
  private static Plan onlyPadding(int rank) {
    long[] x = new long[rank + 2];
    x[0] = 2;
    x[1] = 3;
    return Plan.of(1, Window.uniform(rank, 1, 1, 1, 1), Shape.of(x), 4);
  }

  /** Each channel by itself. */
  static Plan depthwise(int rank) {
    long[] x = new long[rank + 2];
    java.util.Arrays.fill(x, 7);
    x[0] = 2;
    x[1] = 24;
    return Plan.of(24, Window.uniform(rank, 3, 1, 1, 1), Shape.of(x), 24);
  }

  /** More padding on one side than on the other, other strides in other dimensions. */
  static Plan lopsided(int rank) {
    long[] x = new long[rank + 2];
    java.util.Arrays.fill(x, 9);
    x[0] = 1;
    x[1] = 16;
    List<Integer> up = List.of(2, 3, 1).subList(0, rank);
    List<Integer> ones = java.util.Collections.nCopies(rank, 1);
    List<Integer> before = List.of(0, 2, 1).subList(0, rank);
    List<Integer> after = List.of(2, 1, 0).subList(0, rank);
    List<Integer> kernel = java.util.Collections.nCopies(rank, 3);
    return Plan.of(1, new Window(kernel, up, ones, before, after), Shape.of(x), 16);
  }

  private static Sample forward(Draw d, Plan p) {
    return d.chance(0.4) ? withResidual(d, p) : withoutResidual(d, p);
  }

  private static Sample withResidual(Draw d, Plan p) {
    Sample s = withoutResidual(d, p);
    Conv op = (Conv) s.op();
    List<Input> in = new ArrayList<>(s.inputs());
    in.add(d.input(p.y(), hasKinks(op.activation()) ? Domain.GRID : Domain.NORMAL));
    return Sample.of(new Conv(op.window(), op.groups(), op.activation(), true), in);
  }

  private static Sample withoutResidual(Draw d, Plan p) {
    Activation act = activation(d);
    Conv op = new Conv(p.window(), p.groups(), act);
    boolean exact = hasKinks(act);
    Domain domain = exact ? Domain.GRID : Domain.NORMAL;
    Input x = d.input(p.x(), domain);
    Input w = d.input(p.w(), domain);
    if (!exact && d.flip()) {
      return Sample.of(op, x, w);
    }
    Shape perChannel = Shape.of(p.w().dim(0));
    return Sample.of(op, x, w, d.input(perChannel, exact ? BETWEEN_GRID : domain));
  }

  /** Of all that there are; those with kinks go with {@link #BETWEEN_GRID}. */
  static Activation activation(Draw d) {
    return switch (d.between(0, 9)) {
      case 0, 1, 2, 3 -> Activation.IDENTITY;
      case 4, 5 -> Activation.RELU;
      case 6, 7 -> Activation.of(d.pick(UnaryKind.SIGMOID, UnaryKind.TANH, UnaryKind.GELU_ERF));
      case 8 -> Activation.of(d.pick(UnaryKind.SILU, UnaryKind.MISH, UnaryKind.GELU_TANH));
      default ->
          new Activation(
              d.pick(
                  Unary.of(UnaryKind.ELU),
                  Unary.of(UnaryKind.HARD_SIGMOID),
                  Unary.of(UnaryKind.HARD_SWISH),
                  new Unary(UnaryKind.LEAKY_RELU, 0.25, 0),
                  new Unary(UnaryKind.CLIP, -0.5, 6)));
    };
  }

  /** Whether its derivative jumps, at multiples of a half. */
  static boolean hasKinks(Activation activation) {
    return switch (activation.function().kind()) {
      case RELU, LEAKY_RELU, CLIP, HARD_SIGMOID, HARD_SWISH -> true;
      default -> false;
    };
  }

  /** Added to sums of products of grid numbers it keeps them away from kinks, exactly. */
  static final Domain BETWEEN_GRID =
      (d, n) -> {
        double[] x = Domain.GRID.draw(d, n);
        for (int i = 0; i < n; i++) {
          x[i] += 1.0 / 32;
        }
        return x;
      };

  private static OpCase forwardRefusals(OpCase c) {
    Conv op = new Conv(THREE, 1, Activation.IDENTITY);
    Conv grouped = new Conv(THREE, 2, Activation.IDENTITY);
    Conv residual = new Conv(THREE, 1, Activation.IDENTITY, true);
    TensorSpec f64 = new TensorSpec(Shape.of(4, 3, 3, 3), DType.F64);
    return c.alsoLarge(d -> withResidual(d, Plan.of(1, THREE, Shape.of(4, 16, 28, 28), 32)))
        .refuses(
            new Conv(THREE.inCeilMode(), 1, Activation.IDENTITY),
            List.of(f32(1, 3, 8, 8), f32(4, 3, 3, 3)),
            "not in ceil mode")
        .refuses(residual, List.of(f32(1, 3, 8, 8), f32(4, 3, 3, 3)), "3 to 4 inputs", "got 2")
        .refuses(
            residual,
            List.of(f32(1, 3, 8, 8), f32(4, 3, 3, 3), f32(1, 4, 8, 9)),
            "residual F32[1, 4, 8, 8]",
            "F32[1, 4, 8, 9]")
        .alsoLarge(d -> forward(d, Plan.of(1, THREE, Shape.of(4, 16, 28, 28), 32)))
        .alsoLarge(d -> forward(d, Plan.of(1, THREE, Shape.of(8, 1, 28, 28), 32)))
        .also(d -> forward(d, Plan.of(24, THREE, Shape.of(2, 24, 9, 9), 24)))
        .refuses(op, List.of(f32(8, 1, 28, 28)), "2 to 3 inputs", "got 1")
        .refuses(
            op,
            List.of(f32(8, 1, 28, 28), f32(4, 3, 3, 3)),
            "input of 3 channels",
            "[8, 1, 28, 28]")
        .refuses(op, List.of(f32(3, 8, 8), f32(4, 3, 3, 3)), "rank 4", "F32[3, 8, 8]")
        .refuses(op, List.of(f32(1, 3, 8, 8), f32(4, 3, 3)), "rank 4", "[4, 3, 3]")
        .refuses(op, List.of(f32(1, 3, 8, 8), f32(4, 3, 5, 3)), "kernel [3, 3]", "[4, 3, 5, 3]")
        .refuses(op, List.of(f32(1, 3, 8, 8), f64), "F32[1, 3, 8, 8]", "F64[4, 3, 3, 3]")
        .refuses(op, List.of(f32(1, 3, 8, 8), f32(4, 3, 3, 3), f32(3)), "bias", "[4]", "F32[3]")
        .refuses(
            new Conv(Window.square(3, 1, 0), 1, Activation.IDENTITY),
            List.of(f32(1, 3, 2, 8), f32(4, 3, 3, 3)),
            "kernel extent 3",
            "size 2")
        .refuses(grouped, List.of(f32(1, 4, 8, 8), f32(3, 2, 3, 3)), "groups 2", "[3, 2, 3, 3]")
        .refuses(
            grouped,
            List.of(f32(1, 3, 8, 8), f32(4, 2, 3, 3)),
            "input of 4 channels",
            "[1, 3, 8, 8]")
        .refusesToMake(() -> new Conv(THREE, 0, Activation.IDENTITY), "groups >= 1", "got 0");
  }

  // ---- Adjoints ----

  private static OpCase backwardData(int rank) {
    ConvBackwardData op = new ConvBackwardData(THREE, 1, Shape.of(2, 3, 8, 8));
    OpCase c =
        OpCase.of(
                "conv" + rank + "d_backward_data",
                ConvBackwardData.class,
                d -> backwardData(d, Plan.random(d, rank)))
            .also(d -> backwardData(d, empty(rank, 0, 3, 2)))
            .also(d -> backwardData(d, empty(rank, 2, 0, 3)))
            .also(d -> backwardData(d, empty(rank, 2, 3, 0)))
            .also(d -> backwardData(d, onlyPadding(rank)))
            .sums(s -> {
              ConvBackwardData o = (ConvBackwardData) s.op();
              Shape dy = s.specs().get(0).shape();
              return terms(o.window(), o.groups(), s.specs().get(1).shape(), dy);
            });
    if (rank == 2) {
      c.alsoLarge(d -> backwardData(d, Plan.of(1, THREE, Shape.of(4, 16, 28, 28), 32)))
          .refuses(op, List.of(f32(2, 4, 8, 8)), "2 inputs", "got 1")
          .refuses(op, List.of(f32(2, 4, 7, 8), f32(4, 3, 3, 3)), "[2, 4, 8, 8]", "F32[2, 4, 7, 8]")
          .refuses(
              op, List.of(f32(2, 4, 8, 8), f32(4, 2, 3, 3)), "input of 2 channels", "[2, 3, 8, 8]");
    }
    return c;
  }

  private static Sample backwardData(Draw d, Plan p) {
    return Sample.of(
        new ConvBackwardData(p.window(), p.groups(), p.x()),
        d.input(p.y(), Domain.NORMAL),
        d.input(p.w(), Domain.NORMAL));
  }

  private static OpCase backwardWeights(int rank) {
    ConvBackwardWeights op = new ConvBackwardWeights(THREE, 1, Shape.of(4, 3, 3, 3), true);
    OpCase c =
        OpCase.of(
                "conv" + rank + "d_backward_weights",
                ConvBackwardWeights.class,
                d -> backwardWeights(d, Plan.random(d, rank)))
            .also(d -> backwardWeights(d, empty(rank, 0, 3, 2)))
            .also(d -> backwardWeights(d, empty(rank, 2, 0, 3)))
            .also(d -> backwardWeights(d, empty(rank, 2, 3, 0)))
            .also(d -> backwardWeights(d, onlyPadding(rank)))
            .also(d -> backwardWeights(d, shorterThanWindow(rank)))
            .sums(s -> {
              ConvBackwardWeights o = (ConvBackwardWeights) s.op();
              Shape dy = s.specs().get(1).shape();
              return terms(o.window(), o.groups(), o.weightShape(), dy);
            });
    if (rank == 2) {
      c.alsoLarge(d -> backwardWeights(d, Plan.of(1, THREE, Shape.of(4, 16, 28, 28), 32)))
          .alsoLarge(d -> backwardWeights(d, Plan.of(1, THREE, Shape.of(8, 1, 28, 28), 32)))
          .refuses(op, List.of(f32(2, 3, 8, 8)), "2 inputs", "got 1")
          .refuses(op, List.of(f32(2, 3, 8, 8), f32(2, 4, 8, 9)), "[2, 4, 8, 8]", "F32[2, 4, 8, 9]")
          .refuses(
              op, List.of(f32(2, 5, 8, 8), f32(2, 4, 8, 8)), "input of 3 channels", "[2, 5, 8, 8]");
    }
    return c;
  }

  /** Two elements along every axis under windows of three. */
  private static Plan shorterThanWindow(int rank) {
    long[] x = new long[rank + 2];
    Arrays.fill(x, 2);
    x[1] = 16;
    return Plan.of(1, Window.uniform(rank, 3, 1, 1, 1), Shape.of(x), 32);
  }

  private static Sample backwardWeights(Draw d, Plan p) {
    return Sample.of(
        new ConvBackwardWeights(p.window(), p.groups(), p.w(), d.flip()),
        d.input(p.x(), Domain.NORMAL),
        d.input(p.y(), Domain.NORMAL));
  }
}
