package dev.balboa.nn.cases;

import static dev.balboa.nn.cases.LossCases.i32;
import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Loss functions of {@link Losses} that compare element with element, and those on classes. */
final class LossFunctionCases {
  private static final Domain ZERO_OR_ONE = (d, n) -> draw(n, () -> d.between(0, 1));
  static final Domain SIGN = (d, n) -> draw(n, () -> d.flip() ? 1 : -1);
  private static final Domain WIDE = Domain.aroundKinks(2);

  private LossFunctionCases() {}

  /** Where gradients are checked, away from the kinks of a loss in x - t with t on the grid. */
  private static Domain offKinks(double... kinks) {
    return (d, n) ->
        draw(
            n,
            () -> {
              double x = 2 * d.normal();
              while (d.smooth() && nearOneOf(kinks, x)) {
                x = 2 * d.normal();
              }
              return x;
            });
  }

  private static boolean nearOneOf(double[] kinks, double x) {
    return Arrays.stream(kinks)
        .anyMatch(k -> Math.abs(Math.IEEEremainder(x - k, 0.25)) < Domain.MARGIN);
  }

  static List<OpCase> all() {
    return List.of(
        crossEntropy(),
        tokenCrossEntropy(),
        probabilities(),
        nll(),
        multiMargin(),
        bce(),
        bceWithLogits(),
        focal(),
        hinge(),
        mse(),
        l1(),
        smoothL1(),
        huber(),
        poissonNll(),
        gaussianNll(),
        klDivergence(),
        hingeEmbedding(),
        ctc());
  }

  private static double[] draw(int n, java.util.function.DoubleSupplier next) {
    double[] x = new double[n];
    Arrays.setAll(x, i -> next.getAsDouble());
    return x;
  }

  static Reduction any(Draw d) {
    return d.pick(Reduction.values());
  }

  static long size(Sample s) {
    return s.specs().get(0).shape().size();
  }

  /** How a loss of an output and a target is applied. */
  @FunctionalInterface
  private interface Pair {
    Tensor apply(Tensor output, Tensor target, Reduction reduction);
  }

  /** One that compares element with element, from its long form. */
  private static OpCase pair(
      String name, Domain outputs, Domain targets, boolean differentiable, Pair f) {
    Function<List<Tensor>, Tensor> mean = in -> f.apply(in.get(0), in.get(1), Reduction.MEAN);
    return OpCase.ofFunction(
            name,
            Losses.class,
            d -> {
              Shape shape = d.shape(0, 4);
              Reduction r = any(d);
              return Sample.of(
                  name + "(" + r + ")",
                  in -> f.apply(in.get(0), in.get(1), r),
                  d.input(shape, outputs),
                  d.input(shape, targets, differentiable));
            })
        .also(d ->
            Sample.of(
                name + " of nothing",
                mean,
                d.input(Shape.of(0, 3), outputs),
                d.input(Shape.of(0, 3), targets, differentiable)))
        .alsoLarge(d ->
            Sample.of(
                name + "(MEAN)",
                mean,
                d.input(Shape.of(257, 131), outputs),
                d.input(Shape.of(257, 131), targets, differentiable)))
        .sums(LossFunctionCases::size)
        .refuses(mean, List.of(f32(2, 3), f32(3)), "F32[2, 3]", "F32[3]")
        .refuses(mean, List.of(f32(2, 3), i32(2, 3)), "F32[2, 3]", "I32[2, 3]")
        .refuses(mean, List.of(i32(2, 3), i32(2, 3)), "floating", "I32[2, 3]");
  }

  // ---- Classes ----

  private static OpCase crossEntropy() {
    return OpCase.ofFunction(
            "cross_entropy of labels",
            Losses.class,
            d -> {
              int classes = d.between(2, 9);
              Shape shape = Shape.of(d.between(1, 9), classes, d.between(1, 3));
              double smoothing = d.pick(0.0, 0.2);
              return Sample.of(
                  "cross_entropy(" + smoothing + ")",
                  in ->
                      Losses.crossEntropy(
                          in.get(0), in.get(1), in.get(2), Reduction.MEAN, smoothing, -1),
                  d.input(shape, Domain.NORMAL),
                  d.whole(Shape.of(shape.dim(0), shape.dim(2)), DType.I64, 0, classes - 1),
                  d.input(Shape.of(classes), Domain.between(0.1, 2), false));
            })
        .sums(LossFunctionCases::size)
        .nativelyIn(DType.F64)
        .refuses(
            in -> Losses.crossEntropy(in.get(0), in.get(1)),
            List.of(f32(2, 3), i32(3)),
            "labels",
            "I32[3]");
  }

  private static OpCase tokenCrossEntropy() {
    Function<List<Tensor>, Tensor> loss = in -> Losses.tokenCrossEntropy(in.get(0), in.get(1));
    return OpCase.ofFunction(
            "token_cross_entropy",
            Losses.class,
            d -> {
              int classes = d.between(2, 9);
              Shape shape = Shape.of(d.between(1, 9), d.between(1, 7), classes);
              return Sample.of(
                  "token_cross_entropy",
                  loss,
                  d.input(shape, Domain.NORMAL),
                  d.whole(shape.slice(0, 2), DType.I64, 0, classes - 1));
            })
        .sums(LossFunctionCases::size)
        .nativelyIn(DType.F64)
        .refuses(loss, List.of(f32(2, 3), i32(2)), "[N, T, C]", "F32[2, 3]")
        .refuses(loss, List.of(f32(2, 3, 4), i32(2)), "labels", "I32[2]");
  }

  private static OpCase probabilities() {
    Function<List<Tensor>, Tensor> weighted =
        in -> Losses.crossEntropy(in.get(0), in.get(1), in.get(2), Reduction.MEAN, 0.1, 0);
    return OpCase.ofFunction(
            "cross_entropy of probabilities",
            Losses.class,
            d -> {
              Shape shape = d.shape(2, 4);
              Reduction r = any(d);
              double smoothing = d.pick(0.0, 0.3);
              return Sample.of(
                  "cross_entropy(" + r + ", " + smoothing + ")",
                  in -> Losses.crossEntropy(in.get(0), in.get(1), in.get(2), r, smoothing, 0),
                  d.input(shape, Domain.NORMAL),
                  d.input(shape, Domain.between(0, 1)),
                  d.input(Shape.of(shape.dim(1)), Domain.between(0.1, 2)));
            })
        .sums(LossFunctionCases::size)
        .refuses(weighted, List.of(f32(2, 3), f32(3), f32(3)), "F32[2, 3]", "F32[3]")
        .refuses(weighted, List.of(f32(3), f32(3), f32(3)), "[N, C, ...]", "F32[3]")
        .refuses(weighted, List.of(f32(2, 3), f32(2, 3), f32(2)), "weights F32[3]", "F32[2]")
        .refuses(
            in -> Losses.crossEntropy(in.get(0), in.get(1), null, Reduction.SUM, -0.1, 0),
            List.of(f32(2, 3), f32(2, 3)),
            "smoothing",
            "-0.1");
  }

  private static OpCase nll() {
    return OpCase.ofFunction(
            "nll of labels",
            Losses.class,
            d -> {
              int classes = d.between(1, 9);
              long rows = d.between(1, 9);
              return Sample.of(
                  "nll",
                  in -> Losses.nll(in.get(0), in.get(1)),
                  d.input(Shape.of(rows, classes), Domain.between(-4, 0)),
                  d.whole(Shape.of(rows), DType.I32, 0, classes - 1));
            })
        .sums(LossFunctionCases::size)
        .nativelyIn(DType.F64)
        .refuses(
            in -> Losses.nll(in.get(0), in.get(1)), List.of(f32(2, 3), f32(2)), "labels", "F32[2]");
  }

  private static OpCase multiMargin() {
    Function<List<Tensor>, Tensor> f =
        in -> Losses.multiMargin(in.get(0), in.get(1), 1, 2, Reduction.SUM);
    return OpCase.ofFunction(
            "multi_margin of labels",
            Losses.class,
            d -> {
              int classes = d.between(1, 9);
              long rows = d.between(d.smooth() ? 1 : 0, 9);
              int p = d.between(1, 2);
              Reduction r = any(d);
              return Sample.of(
                  "multi_margin(" + p + ", " + r + ")",
                  in -> Losses.multiMargin(in.get(0), in.get(1), 0.875, p, r),
                  d.input(Shape.of(rows, classes), WIDE),
                  d.whole(Shape.of(rows), DType.I32, 0, classes - 1));
            })
        .sums(LossFunctionCases::size)
        .nativelyIn(DType.F64)
        .refuses(f, List.of(f32(3), i32(3)), "[N, C]", "F32[3]")
        .refuses(f, List.of(f32(2, 3), i32(3)), "labels I32[2]", "I32[3]")
        .refuses(
            in -> Losses.multiMargin(in.get(0), in.get(1), 1, 3, Reduction.SUM),
            List.of(f32(2, 3), i32(2)),
            "p 1 or 2",
            "3");
  }

  // ---- Two classes ----

  private static OpCase bce() {
    Domain probability = Domain.between(0.02, 0.98);
    return pair(
            "bce", probability, Domain.between(0, 1), true, (x, t, r) -> Losses.bce(x, t, null, r))
        .also(d ->
            Sample.of(
                "bce at the ends",
                in -> Losses.bce(in.get(0), in.get(1), in.get(2), Reduction.NONE),
                Input.of(new dev.balboa.nn.op.TensorSpec(Shape.of(5), d.real()), 0, 1, 0, 1, 1e-40),
                d.exactly(Shape.of(5), 0, 1, 1, 0, 1),
                d.exactly(Shape.of(1), 3)))
        .refuses(
            in -> Losses.bce(in.get(0), in.get(1), in.get(2), Reduction.SUM),
            List.of(f32(2, 3), f32(2, 3), f32(2)),
            "a weight",
            "F32[2]");
  }

  private static OpCase bceWithLogits() {
    return pair(
            "bce_with_logits",
            Domain.aroundKinks(5),
            Domain.between(0, 1),
            true,
            (x, t, r) -> Losses.bceWithLogits(x, t, null, null, r))
        .also(d ->
            Sample.of(
                "bce_with_logits(weights)",
                in ->
                    Losses.bceWithLogits(
                        in.get(0), in.get(1), in.get(2), in.get(3), Reduction.MEAN),
                d.input(Shape.of(5, 3), Domain.aroundKinks(30)),
                d.input(Shape.of(5, 3), ZERO_OR_ONE),
                d.input(Shape.of(5, 1), Domain.between(0.1, 2)),
                d.input(Shape.of(3), Domain.between(0.1, 2))))
        .refuses(
            in -> Losses.bceWithLogits(in.get(0), in.get(1), in.get(2), null, Reduction.SUM),
            List.of(f32(2, 3), f32(2, 3), f32(2)),
            "a weight",
            "F32[2]")
        .refuses(
            in -> Losses.bceWithLogits(in.get(0), in.get(1), null, in.get(2), Reduction.SUM),
            List.of(f32(2, 3), f32(2, 3), f32(2)),
            "a positive weight",
            "F32[2]");
  }

  private static OpCase focal() {
    return pair(
            "focal",
            Domain.aroundKinks(2),
            ZERO_OR_ONE,
            false,
            (x, t, r) -> Losses.focal(x, t, 0.25, 2, r))
        .refuses(
            in -> Losses.focal(in.get(0), in.get(1), 1.5, 2, Reduction.SUM),
            List.of(f32(3), f32(3)),
            "alpha",
            "1.5")
        .refuses(
            in -> Losses.focal(in.get(0), in.get(1), 0.5, -1, Reduction.SUM),
            List.of(f32(3), f32(3)),
            "gamma",
            "-1");
  }

  private static OpCase hinge() {
    return pair(
        "hinge",
        Domain.aroundKinks(2, 1, -1),
        SIGN,
        false,
        (x, t, r) -> Losses.hinge(x, t, r == Reduction.SUM, r));
  }

  // ---- Numbers ----

  private static OpCase mse() {
    return pair("mse", Domain.NORMAL, Domain.NORMAL, true, Losses::mse);
  }

  private static OpCase l1() {
    return pair("l1", offKinks(0), Domain.GRID, true, Losses::l1);
  }

  private static OpCase smoothL1() {
    return pair(
            "smooth_l1",
            offKinks(-0.7, 0, 0.7),
            Domain.GRID,
            true,
            (x, t, r) -> Losses.smoothL1(x, t, r == Reduction.SUM ? 0 : 0.7, r))
        .refuses(
            in -> Losses.smoothL1(in.get(0), in.get(1), -1, Reduction.SUM),
            List.of(f32(3), f32(3)),
            "beta",
            "-1");
  }

  private static OpCase huber() {
    return pair(
            "huber",
            offKinks(-1.3, 1.3),
            Domain.GRID,
            true,
            (x, t, r) -> Losses.huber(x, t, 1.3, r))
        .refuses(
            in -> Losses.huber(in.get(0), in.get(1), 0, Reduction.SUM),
            List.of(f32(3), f32(3)),
            "delta",
            "0.0");
  }

  private static OpCase poissonNll() {
    return pair(
        "poisson_nll",
        Domain.between(0.2, 3),
        Domain.between(0, 4),
        true,
        (x, t, r) -> Losses.poissonNll(x, t, r == Reduction.SUM, r));
  }

  private static OpCase gaussianNll() {
    Function<List<Tensor>, Tensor> f =
        in -> Losses.gaussianNll(in.get(0), in.get(1), in.get(2), Reduction.MEAN);
    return OpCase.ofFunction(
            "gaussian_nll",
            Losses.class,
            d -> {
              Shape shape = d.shape(0, 4);
              return Sample.of(
                  "gaussian_nll",
                  f,
                  d.input(shape, Domain.NORMAL),
                  d.input(shape, Domain.NORMAL),
                  d.input(shape, Domain.between(0.3, 3)));
            })
        .sums(LossFunctionCases::size)
        .refuses(f, List.of(f32(3), f32(2), f32(3)), "a target", "F32[2]")
        .refuses(f, List.of(f32(3), f32(3), f32(2)), "a variance", "F32[2]");
  }

  private static OpCase klDivergence() {
    return pair(
            "kl_divergence",
            Domain.between(-4, 0),
            Domain.between(0.05, 1),
            true,
            (x, t, r) -> Losses.klDivergence(x, t, r == Reduction.SUM, r))
        .also(d ->
            Sample.of(
                "kl_divergence from nothing",
                in -> Losses.klDivergence(in.get(0), in.get(1), false, Reduction.NONE),
                d.exactly(Shape.of(2), -1, -2),
                d.exactly(Shape.of(2), 0, 1)));
  }

  private static OpCase hingeEmbedding() {
    return pair(
        "hinge_embedding",
        Domain.aroundKinks(2, 1.25),
        SIGN,
        false,
        (x, t, r) -> Losses.hingeEmbedding(x, t, 1.25, r));
  }

  // ---- Sequences ----

  private static OpCase ctc() {
    Function<List<Tensor>, Tensor> f =
        in -> Losses.ctc(in.get(0), in.get(1), in.get(2), in.get(3), 0, true, Reduction.MEAN);
    return OpCase.ofFunction(
            "ctc of sequences",
            Losses.class,
            d -> {
              int steps = d.between(1, 6);
              int samples = d.between(1, 3);
              return Sample.of(
                  "ctc",
                  f,
                  d.input(Shape.of(steps, samples, 4), Domain.between(-4, 0)),
                  d.whole(Shape.of(samples, 3), DType.I64, 1, 3),
                  d.whole(Shape.of(samples), DType.I64, 0, steps),
                  d.whole(Shape.of(samples), DType.I64, 0, 3));
            })
        .sums(s -> 21 * s.specs().get(0).shape().size())
        .derivative(OpCase.Derivative.ONCE)
        .refuses(f, List.of(f32(2, 3, 4), f32(3, 1), i32(3), i32(3)), "targets", "F32[3, 1]")
        .refuses(f, List.of(f32(2, 3, 4), i32(3, 1), f32(3), i32(3)), "input lengths", "F32[3]")
        .refuses(f, List.of(f32(2, 3, 4), i32(3, 1), i32(3), f32(3)), "target lengths", "F32[3]")
        .refuses(f, List.of(f32(2, 3), i32(3, 1), i32(3), i32(3)), "rank 3", "F32[2, 3]");
  }
}
