package dev.balboa.conformance.pytorch;

import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses give PyTorch's values and gradients, for every reduction, in F32 and in F64. */
final class LossAgreementTest {
  private static final int SAMPLES = Integer.getInteger("balboa.test.cases", 10);
  private static final int IGNORED = -100;

  /** What PyTorch calls a reduction. */
  private static long code(Reduction reduction) {
    return switch (reduction) {
      case NONE -> 0;
      case MEAN -> 1;
      case SUM -> 2;
    };
  }

  private static double sigmoid(double z) {
    return 1 / (1 + Math.exp(-z));
  }

  private interface OfTorch {
    org.bytedeco.pytorch.Tensor loss(
        org.bytedeco.pytorch.Tensor x, org.bytedeco.pytorch.Tensor target, long reduction);
  }

  private interface OfBalboa {
    Tensor loss(Tensor x, Tensor target, Reduction reduction);
  }

  /** A loss of numbers and targets of the same shape, which are made of normal numbers. */
  record Pointwise(String name, DoubleUnaryOperator target, OfTorch expected, OfBalboa given) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Pointwise> losses() {
    return Stream.of(
        new Pointwise("mse", z -> z, torch::mse_loss, Losses::mse),
        new Pointwise("l1", z -> z, torch::l1_loss, Losses::l1),
        new Pointwise(
            "smooth l1",
            z -> z,
            (x, t, r) -> torch.smooth_l1_loss(x, t, r, 0.5),
            (x, t, r) -> Losses.smoothL1(x, t, 0.5, r)),
        new Pointwise(
            "huber",
            z -> z,
            (x, t, r) -> torch.huber_loss(x, t, r, 0.7),
            (x, t, r) -> Losses.huber(x, t, 0.7, r)),
        new Pointwise(
            "bce with logits",
            LossAgreementTest::sigmoid,
            (x, t, r) ->
                torch.binary_cross_entropy_with_logits(
                    x, t, new TensorOptional(), new TensorOptional(), r),
            (x, t, r) -> Losses.bceWithLogits(x, t, null, null, r)),
        new Pointwise(
            "bce",
            LossAgreementTest::sigmoid,
            (x, t, r) -> torch.binary_cross_entropy(x.sigmoid(), t, new TensorOptional(), r),
            (x, t, r) -> Losses.bce(x.sigmoid(), t, null, r)),
        new Pointwise(
            "poisson",
            Math::abs,
            (x, t, r) -> torch.poisson_nll_loss(x, t, true, false, 1e-8, r),
            (x, t, r) -> Losses.poissonNll(x, t, true, r)),
        new Pointwise(
            "kl divergence",
            LossAgreementTest::sigmoid,
            (x, t, r) -> torch.kl_div(x.log_softmax(1), t, r, false),
            (x, t, r) -> Losses.klDivergence(x.logSoftmax(1), t, false, r)),
        new Pointwise(
            "hinge embedding",
            Math::signum,
            (x, t, r) -> torch.hinge_embedding_loss(x, t, 1, r),
            (x, t, r) -> Losses.hingeEmbedding(x, t, 1, r)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void pointwise(Pointwise loss) {
    Agreement agreement = new Agreement();
    for (long seed = 0; seed < SAMPLES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long[] dims = {random.nextInt(1, 9), random.nextInt(2, 30)};
      Numbers x = Numbers.normal(random, 1, dims);
      Numbers z = Numbers.normal(random, 1, dims);
      Numbers target =
          new Numbers(
              z.shape(),
              Arrays.stream(z.values()).map(v -> (float) loss.target.applyAsDouble(v)).toArray());
      for (Reduction reduction : Reduction.values()) {
        agreement.check(
            loss + " " + reduction + ", seed " + seed + ", " + x.shape(),
            side ->
                side.output(
                    "loss",
                    loss.expected.loss(side.input("x", x), side.constant(target), code(reduction))),
            side ->
                side.output(
                    "loss", loss.given.loss(side.input("x", x), side.constant(target), reduction)));
      }
    }
    System.out.println("PyTorch, " + loss + ": at most " + agreement.worst());
  }

  /** With weights of classes, smoothing, and positions that do not count. */
  @Test
  void crossEntropy() {
    Agreement agreement = new Agreement();
    for (long seed = 0; seed < SAMPLES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int n = random.nextInt(1, 6);
      int classes = random.nextInt(2, 12);
      int places = random.nextInt(1, 7);
      Numbers x = Numbers.normal(random, 2, n, classes, places);
      double[] weights = random.doubles(classes, 0.25, 2).map(v -> (float) v).toArray();
      Numbers weight = new Numbers(Shape.of(classes), weights);
      double smoothing = seed % 2 == 0 ? 0 : 0.125;
      int[] labels = random.ints((long) n * places, 0, classes).toArray();
      for (int i = 1; i < labels.length; i += 3) {
        labels[i] = IGNORED;
      }
      for (Reduction reduction : Reduction.values()) {
        agreement.check(
            "cross entropy " + reduction + ", seed " + seed + ", " + x.shape(),
            side ->
                side.output(
                    "loss",
                    torch.cross_entropy_loss(
                        side.input("x", x),
                        TorchSide.whole(Arrays.stream(labels).asLongStream().toArray())
                            .view(n, places),
                        new TensorOptional(side.constant(weight)),
                        code(reduction),
                        IGNORED,
                        smoothing)),
            side ->
                side.output(
                    "loss",
                    Losses.crossEntropy(
                        side.input("x", x),
                        Tensor.of(labels, n, places),
                        side.constant(weight),
                        reduction,
                        smoothing,
                        IGNORED)));
      }
    }
    System.out.println("PyTorch, cross entropy: at most " + agreement.worst());
  }

  @Test
  void pairsAndTriplets() {
    Agreement agreement = new Agreement();
    for (long seed = 0; seed < SAMPLES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int n = random.nextInt(1, 9);
      int d = random.nextInt(2, 20);
      Numbers a = Numbers.normal(random, 1, n, d);
      Numbers b = Numbers.normal(random, 1, n, d);
      Numbers c = Numbers.normal(random, 1, n, d);
      double[] signs = random.ints(n, 0, 2).mapToDouble(i -> 2 * i - 1).toArray();
      Numbers target = new Numbers(Shape.of(n), signs);
      for (Reduction reduction : Reduction.values()) {
        agreement.checkF32(
            "pairs " + reduction + ", seed " + seed + ", " + a.shape(),
            side -> {
              var x = side.input("a", a);
              var y = side.input("b", b);
              var z = side.input("c", c);
              var t = side.constant(target);
              long r = code(reduction);
              side.output("cosine", torch.cosine_embedding_loss(x, y, t, 0.25, r));
              side.output("ranking", torch.margin_ranking_loss(x.sum(1), y.sum(1), t, 0.5, r));
              side.output("triplet", torch.triplet_margin_loss(x, y, z, 1, 2, 1e-6, false, r));
            },
            UnaryOperator.identity(),
            side -> {
              Tensor x = side.input("a", a);
              Tensor y = side.input("b", b);
              Tensor z = side.input("c", c);
              Tensor t = side.constant(target);
              side.output("cosine", Losses.cosineEmbedding(x, y, t, 0.25, reduction));
              side.output("ranking", Losses.marginRanking(x.sum(1), y.sum(1), t, 0.5, reduction));
              side.output("triplet", Losses.tripletMargin(x, y, z, 1, 2, reduction));
            });
      }
    }
    System.out.println("PyTorch, pairs and triplets: at most " + agreement.worst());
  }
}
