package dev.balboa.nn.tensor;

import static dev.balboa.nn.tensor.Facades.number;
import static dev.balboa.nn.tensor.Facades.that;
import static dev.balboa.nn.tensor.LossArguments.reduce;
import static dev.balboa.nn.tensor.LossArguments.same;
import static dev.balboa.nn.tensor.LossArguments.weighted;

import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.Ctc;
import dev.balboa.nn.op.MultiMargin;
import dev.balboa.nn.op.Nll;
import dev.balboa.nn.op.PointwiseLoss;
import dev.balboa.nn.op.PointwiseLossKind;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.UnaryKind;
import java.util.Arrays;

/**
 * Loss functions with PyTorch's semantics and names. The short form of a function takes what the
 * model made and the target, and gives the mean with customary parameters; it is what a {@code
 * Trainer} takes ({@code Losses::mse}). The long form has every parameter; weights may be {@code
 * null}. Both are differentiable, twice where nothing else is said.
 *
 * <p>{@link Reduction#MEAN} over no elements is NaN. A NaN in an input comes out as NaN.
 */
public final class Losses {
  private Losses() {}

  // ---- Classes ----

  /** Mean {@link CrossEntropy} of logits [N, C, d...] against class labels or probabilities. */
  public static Tensor crossEntropy(Tensor logits, Tensor target) {
    return crossEntropy(logits, target, null, Reduction.MEAN, 0, CrossEntropy.IGNORED);
  }

  /**
   * {@link CrossEntropy} of softmax(logits).
   *
   * @param logits [N, C, d...]
   * @param target class labels I32 or I64 [N, d...], or class probabilities of the logits' spec;
   *     against those a mean divides by the number of positions, whatever the weights
   * @param weight of each class [C], or {@code null}
   * @param smoothing how much of a target is spread over all classes, in [0, 1]
   * @param ignored the label of positions that count nothing
   */
  public static Tensor crossEntropy(
      Tensor logits,
      Tensor target,
      Tensor weight,
      Reduction reduction,
      double smoothing,
      long ignored) {
    if (!target.dtype().isFloating()) {
      CrossEntropy op = new CrossEntropy(reduction, smoothing, ignored);
      return weight == null
          ? Tensor.apply(op, logits, target).get(0)
          : Tensor.apply(op, logits, target, weight).get(0);
    }
    String name = "cross_entropy";
    same(name, "labels of type I32 or I64, or probabilities", logits, target);
    that(logits.shape().rank() >= 2, name, "logits [N, C, ...]", logits.spec());
    that(smoothing >= 0 && smoothing <= 1, name, "smoothing in [0, 1]", smoothing);
    long classes = logits.shape().dim(1);
    boolean fits =
        weight == null
            || weight.spec().equals(logits.spec().withShape(Shape.of(logits.shape().dim(1))));
    that(
        fits,
        name,
        "class weights " + logits.dtype() + "[" + classes + "]",
        weight == null ? null : weight.spec());
    Tensor terms = weighted(logits.logSoftmax(1), column(weight, logits));
    Tensor smoothed = smoothing == 0 ? target : target.mul(1 - smoothing).add(smoothing / classes);
    Tensor each = terms.mul(smoothed).sum(1).neg();
    return reduce(each, reduction);
  }

  /** Mean {@link CrossEntropy} of the steps of sequences: logits [N, T, C], class labels [N, T]. */
  public static Tensor tokenCrossEntropy(Tensor logits, Tensor labels) {
    that(logits.shape().rank() == 3, "token_cross_entropy", "logits [N, T, C]", logits.spec());
    Shape steps = logits.shape().slice(0, 2);
    boolean fits = labels.shape().equals(steps);
    that(fits, "token_cross_entropy", "labels of shape " + steps, labels.spec());
    return crossEntropy(logits.permute(0, 2, 1), labels);
  }

  /** Class weights [C], or none, so that they broadcast to scores [N, C, d...]. */
  private static Tensor column(Tensor weight, Tensor scores) {
    if (weight == null) {
      return null;
    }
    long[] column = new long[scores.shape().rank() - 1];
    Arrays.fill(column, 1);
    column[0] = -1;
    return weight.reshape(column);
  }

  /** Mean {@link Nll} of log-probabilities [N, C, d...] against class labels. */
  public static Tensor nll(Tensor logProbabilities, Tensor labels) {
    return nll(logProbabilities, labels, null, Reduction.MEAN, CrossEntropy.IGNORED);
  }

  /**
   * {@link Nll}: minus the log-probability of the label.
   *
   * @param logProbabilities [N, C, d...]
   * @param labels I32 or I64 [N, d...]
   * @param weight of each class [C], or {@code null}
   * @param ignored the label of positions that count nothing
   */
  public static Tensor nll(
      Tensor logProbabilities, Tensor labels, Tensor weight, Reduction reduction, long ignored) {
    Nll op = new Nll(reduction, ignored);
    return weight == null
        ? Tensor.apply(op, logProbabilities, labels).get(0)
        : Tensor.apply(op, logProbabilities, labels, weight).get(0);
  }

  /**
   * {@link MultiMargin}: the sum over classes i other than the label y of max(0, margin - x[y] +
   * x[i])^p, divided by C.
   *
   * @param scores [N, C]
   * @param labels I32 [N]
   * @param p 1 or 2
   */
  public static Tensor multiMargin(
      Tensor scores, Tensor labels, double margin, int p, Reduction reduction) {
    return Tensor.apply(new MultiMargin(margin, p, reduction), scores, labels).get(0);
  }

  // ---- Two classes ----

  /** Mean cross entropy of probabilities against targets in [0, 1]. */
  public static Tensor bce(Tensor probability, Tensor target) {
    return bce(probability, target, null, Reduction.MEAN);
  }

  /**
   * -w (t log(p) + (1 - t) log(1 - p)), each logarithm not below -100; where that bound holds the
   * slope is 0. Logits ({@link #bceWithLogits}) lose no digits.
   */
  public static Tensor bce(Tensor probability, Tensor target, Tensor weight, Reduction reduction) {
    same("bce", "targets", probability, target);
    LossArguments.weight("bce", "a weight", probability, weight);
    return pointwise(PointwiseLossKind.BCE, probability, target, weight, reduction);
  }

  /** Mean cross entropy of sigmoid(logits) against targets in [0, 1]. */
  public static Tensor bceWithLogits(Tensor logits, Tensor target) {
    return bceWithLogits(logits, target, null, null, Reduction.MEAN);
  }

  /**
   * w (q t softplus(-x) + (1 - t) softplus(x)): the cross entropy of sigmoid(x), without its
   * cancellation.
   *
   * @param weight w of each loss, or {@code null}
   * @param positiveWeight q of what is positive, or {@code null}; both broadcast to the logits
   */
  public static Tensor bceWithLogits(
      Tensor logits, Tensor target, Tensor weight, Tensor positiveWeight, Reduction reduction) {
    String name = "bce_with_logits";
    same(name, "targets", logits, target);
    LossArguments.weight(name, "a weight", logits, weight);
    LossArguments.weight(name, "a positive weight", logits, positiveWeight);
    if (positiveWeight == null) {
      return pointwise(PointwiseLossKind.LOGITS, logits, target, weight, reduction);
    }
    Tensor yes = target.mul(logits.neg().map(UnaryKind.SOFTPLUS));
    Tensor no = target.neg().add(1).mul(logits.map(UnaryKind.SOFTPLUS));
    return reduce(weighted(weighted(yes, positiveWeight).add(no), weight), reduction);
  }

  /**
   * Focal loss (Lin et al., 2017): a (1 - p)^gamma times the cross entropy of sigmoid(logits),
   * where p is the probability of the target and a is {@code alpha} for what is positive, 1 - alpha
   * for the rest.
   *
   * @param target 0 or 1
   */
  public static Tensor focal(
      Tensor logits, Tensor target, double alpha, double gamma, Reduction reduction) {
    same("focal", "targets", logits, target);
    that(alpha >= 0 && alpha <= 1, "focal", "alpha in [0, 1]", alpha);
    that(gamma >= 0, "focal", "gamma >= 0", gamma);
    Tensor negative = target.neg().add(1);
    Tensor yes = target.mul(alpha).mul(focused(logits.neg(), gamma));
    Tensor no = negative.mul(1 - alpha).mul(focused(logits, gamma));
    return reduce(yes.add(no), reduction);
  }

  /** softplus(x) sigmoid(x)^gamma: the loss of a target whose probability is sigmoid(-x). */
  private static Tensor focused(Tensor x, double gamma) {
    Tensor focus = x.neg().map(UnaryKind.SOFTPLUS).mul(-gamma).exp();
    return x.map(UnaryKind.SOFTPLUS).mul(focus);
  }

  /** max(0, 1 - t x) for targets t of -1 and 1, or its square. */
  public static Tensor hinge(Tensor scores, Tensor target, boolean squared, Reduction reduction) {
    same("hinge", "targets", scores, target);
    Tensor below = scores.mul(target).neg().add(1).relu();
    return reduce(squared ? below.square() : below, reduction);
  }

  // ---- Numbers ----

  /** Mean of squared differences. */
  public static Tensor mse(Tensor output, Tensor target) {
    return mse(output, target, Reduction.MEAN);
  }

  /** Squared differences. */
  public static Tensor mse(Tensor output, Tensor target, Reduction reduction) {
    same("mse", "a target", output, target);
    return pointwise(PointwiseLossKind.SQUARED, output, target, null, reduction);
  }

  /** Mean of absolute differences. */
  public static Tensor l1(Tensor output, Tensor target) {
    return l1(output, target, Reduction.MEAN);
  }

  /** Absolute differences. */
  public static Tensor l1(Tensor output, Tensor target, Reduction reduction) {
    same("l1", "a target", output, target);
    return pointwise(PointwiseLossKind.ABSOLUTE, output, target, null, reduction);
  }

  /** Mean {@link #smoothL1} with beta 1. */
  public static Tensor smoothL1(Tensor output, Tensor target) {
    return smoothL1(output, target, 1, Reduction.MEAN);
  }

  /** d^2 / (2 beta) where |d| is below beta, else |d| - beta / 2; |d| for beta 0. */
  public static Tensor smoothL1(Tensor output, Tensor target, double beta, Reduction reduction) {
    same("smooth_l1", "a target", output, target);
    that(beta >= 0, "smooth_l1", "beta >= 0", beta);
    return beta == 0
        ? l1(output, target, reduction)
        : huber(output, target, beta, reduction).mul(1 / beta);
  }

  /** Mean {@link #huber} with delta 1. */
  public static Tensor huber(Tensor output, Tensor target) {
    return huber(output, target, 1, Reduction.MEAN);
  }

  /** d^2 / 2 where |d| is below delta, else delta (|d| - delta / 2). */
  public static Tensor huber(Tensor output, Tensor target, double delta, Reduction reduction) {
    same("huber", "a target", output, target);
    that(delta > 0, "huber", "delta > 0", delta);
    PointwiseLoss op = new PointwiseLoss(PointwiseLossKind.HUBER, delta, reduction);
    return Tensor.apply(op, output, target).get(0);
  }

  /** In one pass, unless there are weights. */
  private static Tensor pointwise(
      PointwiseLossKind kind, Tensor output, Tensor target, Tensor weight, Reduction reduction) {
    Reduction own = weight == null ? reduction : Reduction.NONE;
    Tensor loss = Tensor.apply(new PointwiseLoss(kind, 0, own), output, target).get(0);
    return weight == null ? loss : reduce(loss.mul(weight), reduction);
  }

  /**
   * Poisson likelihood: exp(x) - t x for a logarithm of the expected count, or x - t log(x + 1e-8)
   * for the count itself.
   */
  public static Tensor poissonNll(
      Tensor output, Tensor target, boolean logInput, Reduction reduction) {
    same("poisson_nll", "a target", output, target);
    return logInput
        ? pointwise(PointwiseLossKind.POISSON, output, target, null, reduction)
        : reduce(output.sub(target.mul(output.add(1e-8).log())), reduction);
  }

  /** Gaussian likelihood: (log(v) + (x - t)^2 / v) / 2 with the variance v not below 1e-6. */
  public static Tensor gaussianNll(
      Tensor output, Tensor target, Tensor variance, Reduction reduction) {
    same("gaussian_nll", "a target", output, target);
    same("gaussian_nll", "a variance", output, variance);
    Tensor v = variance.clip(1e-6, Double.POSITIVE_INFINITY);
    Tensor each = v.log().add(output.sub(target).square().div(v)).mul(0.5);
    return reduce(each, reduction);
  }

  // ---- Distributions ----

  /**
   * Divergence t (log t - x) of log-probabilities x from probabilities t; 0 where t is 0. As in
   * PyTorch, the mean divides by the number of all elements: for the divergence of a batch take the
   * sum and divide by the batch.
   *
   * @param logTarget whether the target holds log-probabilities, too
   */
  public static Tensor klDivergence(
      Tensor logProbabilities, Tensor target, boolean logTarget, Reduction reduction) {
    same("kl_divergence", "a target", logProbabilities, target);
    if (logTarget) {
      return reduce(target.exp().mul(target.sub(logProbabilities)), reduction);
    }
    return pointwise(PointwiseLossKind.KL, logProbabilities, target, null, reduction);
  }

  // ---- Pairs and triplets ----

  /** x for a target of 1, max(0, margin - x) for one of -1. */
  public static Tensor hingeEmbedding(
      Tensor distance, Tensor target, double margin, Reduction reduction) {
    same("hinge_embedding", "targets", distance, target);
    Tensor near = target.compare(CompareKind.EQ, number(target, 1));
    return reduce(near.where(distance, distance.neg().add(margin).relu()), reduction);
  }

  /** max(0, margin - t (a - b)): a is to be larger for a target t of 1, smaller for -1. */
  public static Tensor marginRanking(
      Tensor a, Tensor b, Tensor target, double margin, Reduction reduction) {
    same("margin_ranking", "a second input", a, b);
    same("margin_ranking", "targets", a, target);
    return reduce(a.sub(b).mul(target).neg().add(margin).relu(), reduction);
  }

  /** a b / (max(|a|, 1e-8) max(|b|, 1e-8)) along an axis, which is removed. */
  public static Tensor cosineSimilarity(Tensor a, Tensor b, int axis) {
    LossArguments.vectors("cosine_similarity", a, b);
    int rank = a.shape().rank();
    that(axis >= -rank && axis < rank, "cosine_similarity", "an axis of " + a.shape(), axis);
    return a.mul(b).sum(axis).div(length(a, axis).mul(length(b, axis)));
  }

  /** Euclidean length, not below 1e-8. */
  private static Tensor length(Tensor x, int axis) {
    return x.reduce(ReduceKind.NORM2, false, axis).clip(1e-8, Double.POSITIVE_INFINITY);
  }

  /**
   * 1 - cos for a target of 1, max(0, cos - margin) for one of -1.
   *
   * @param a vectors [..., D]
   * @param b vectors of that spec
   * @param target of a's shape without the last axis
   */
  public static Tensor cosineEmbedding(
      Tensor a, Tensor b, Tensor target, double margin, Reduction reduction) {
    String name = "cosine_embedding";
    LossArguments.vectors(name, a, b);
    TensorSpec wanted = a.spec().withShape(a.shape().slice(0, a.shape().rank() - 1));
    that(target.spec().equals(wanted), name, "targets " + wanted, target.spec());
    Tensor cosine = cosineSimilarity(a, b, -1);
    Tensor alike = target.compare(CompareKind.EQ, number(target, 1));
    return reduce(alike.where(cosine.neg().add(1), cosine.add(-margin).relu()), reduction);
  }

  /**
   * max(0, d(anchor, positive) - d(anchor, negative) + margin) with d(a, b) the p-norm of a - b +
   * 1e-6 along the last axis.
   *
   * @param p at least 1
   */
  public static Tensor tripletMargin(
      Tensor anchor,
      Tensor positive,
      Tensor negative,
      double margin,
      double p,
      Reduction reduction) {
    String name = "triplet_margin";
    LossArguments.vectors(name, anchor, positive);
    same(name, "a third input", anchor, negative);
    that(p >= 1, name, "p >= 1", p);
    Tensor near = distance(anchor, positive, p);
    Tensor far = distance(anchor, negative, p);
    return reduce(near.sub(far).add(margin).relu(), reduction);
  }

  private static Tensor distance(Tensor a, Tensor b, double p) {
    Tensor d = a.sub(b).add(1e-6);
    if (p == 1) {
      return d.abs().sum(-1);
    }
    if (p == 2) {
      return d.reduce(ReduceKind.NORM2, false, -1);
    }
    if (p == Double.POSITIVE_INFINITY) {
      return d.abs().max(-1);
    }
    return d.abs().pow(number(a, p)).sum(-1).pow(number(a, 1 / p));
  }

  // ---- Sequences ----

  /**
   * {@link Ctc}; differentiable once. A mean divides each loss by the length of its target (at
   * least 1) and averages over the batch.
   *
   * @param logProbabilities [T, N, C]
   * @param targets I32 or I64 [N, S], of which the first ones count
   * @param inputLengths how many steps of each input count, I32 or I64 [N]
   * @param targetLengths how many labels of each target count, I32 or I64 [N]
   * @param blank the class of the blank
   * @param zeroInfinity whether a target that no path spells has loss and gradient 0
   */
  public static Tensor ctc(
      Tensor logProbabilities,
      Tensor targets,
      Tensor inputLengths,
      Tensor targetLengths,
      int blank,
      boolean zeroInfinity,
      Reduction reduction) {
    Tensor lengths = LossArguments.whole("ctc", "target lengths", targetLengths);
    Tensor each =
        Tensor.apply(
                new Ctc(blank, zeroInfinity),
                logProbabilities,
                LossArguments.whole("ctc", "targets", targets),
                LossArguments.whole("ctc", "input lengths", inputLengths),
                lengths)
            .get(0);
    if (reduction == Reduction.MEAN) {
      Tensor labels = lengths.cast(each.dtype()).clip(1, Double.POSITIVE_INFINITY);
      return each.div(labels).mean();
    }
    return reduce(each, reduction);
  }
}
