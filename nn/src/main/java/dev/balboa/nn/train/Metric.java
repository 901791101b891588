package dev.balboa.nn.train;

import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/**
 * A number that says how good a model is, reported for every epoch under a name. It need not be a
 * mean over samples: what is collected is a {@link Statistic}.
 *
 * <p>Metrics of classes take, as {@link Losses#crossEntropy} does, logits [N, C, d...] and labels
 * [N, d...], of I32, I64 or whole floating-point numbers. They also take what {@link
 * Losses#bceWithLogits} does, one logit for each label, where more than 0 means class 1; and class
 * indices instead of logits. Positions with the label {@link CrossEntropy#IGNORED} count nothing.
 *
 * <p>A metric of an output in another form is {@code metric.of(y -> y.permute(0, 2, 1))}.
 */
public interface Metric extends Statistic<Double> {
  /** Name in reports and checkpoints: letters, digits, {@code -} and {@code _}. */
  String name();

  @Override
  default Metric of(UnaryOperator<Tensor> view) {
    return of(name(), Statistic.super.of(view), Double::doubleValue);
  }

  /** One number of a statistic. */
  static <T> Metric of(String name, Statistic<T> statistic, ToDoubleFunction<T> value) {
    return new NamedMetric<>(name, statistic, value);
  }

  /** The quotient of two sums. */
  private static Metric ratio(String name, NamedMetric.Ratio sums) {
    return of(name, sums, Double::doubleValue);
  }

  // ---- Classes ----

  /** {@code accuracy}: the share of positions whose largest logit is that of the label. */
  static Metric accuracy() {
    return ratio(
        "accuracy", (output, target) -> Predictions.of("accuracy", output, target).accuracy());
  }

  /**
   * {@code top-k}: the share of positions where fewer than k classes have a larger logit than the
   * label's, or an equal one and come before it.
   */
  static Metric topK(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("top-k: expected k >= 1, got " + k);
    }
    String name = "top-" + k;
    return ratio(name, (output, target) -> ClassScores.of(name, output, target).topK(k));
  }

  /** {@code precision} of class 1 of two: TP / (TP + FP). */
  static Metric precision() {
    return of("precision", ConfusionMatrix.statistic(2), m -> m.precision(1));
  }

  /** {@code recall} of class 1 of two: TP / (TP + FN). */
  static Metric recall() {
    return of("recall", ConfusionMatrix.statistic(2), m -> m.recall(1));
  }

  /** {@code f1} of class 1 of two: 2 TP / (2 TP + FP + FN). */
  static Metric f1() {
    return of("f1", ConfusionMatrix.statistic(2), m -> m.f1(1));
  }

  /** {@code precision_macro} or the like: the precision of several classes, averaged. */
  static Metric precision(int classes, Average average) {
    return of(
        "precision_" + average.label(),
        ConfusionMatrix.statistic(classes),
        m -> m.precision(average));
  }

  /** {@code recall_macro} or the like: the recall of several classes, averaged. */
  static Metric recall(int classes, Average average) {
    return of(
        "recall_" + average.label(), ConfusionMatrix.statistic(classes), m -> m.recall(average));
  }

  /** {@code f1_macro} or the like: the F1 of several classes, averaged. */
  static Metric f1(int classes, Average average) {
    return of("f1_" + average.label(), ConfusionMatrix.statistic(classes), m -> m.f1(average));
  }

  /** {@code precision_3}: that of one class of several. */
  static Metric precision(int classes, int one) {
    ConfusionMatrix.checkClass(one, classes);
    return of("precision_" + one, ConfusionMatrix.statistic(classes), m -> m.precision(one));
  }

  /** {@code recall_3}: that of one class of several. */
  static Metric recall(int classes, int one) {
    ConfusionMatrix.checkClass(one, classes);
    return of("recall_" + one, ConfusionMatrix.statistic(classes), m -> m.recall(one));
  }

  /** {@code f1_3}: that of one class of several. */
  static Metric f1(int classes, int one) {
    ConfusionMatrix.checkClass(one, classes);
    return of("f1_" + one, ConfusionMatrix.statistic(classes), m -> m.f1(one));
  }

  /**
   * {@code roc_auc} of two classes: the probability that a sample of class 1 scores higher than one
   * of class 0, ties counting half; the area under the ROC curve, exactly (Hanley and McNeil,
   * 1982). NaN while one of the classes has not been seen. Keeps the score of every sample.
   */
  static Metric rocAuc() {
    return of("roc_auc", new RocAuc(2), auc -> auc[1]);
  }

  /**
   * {@code roc_auc_ovr} of several classes: the mean over the classes of the area for that class
   * against the rest, scored by softmax(logits). Classes of which there are no samples, or nothing
   * else, are left out. Keeps the scores of every sample.
   */
  static Metric rocAuc(int classes) {
    return of("roc_auc_ovr", new RocAuc(classes), RocAuc::mean);
  }

  /** {@code perplexity}: exp of the mean {@link CrossEntropy} over the positions. */
  static Metric perplexity() {
    return of(
        "perplexity",
        (NamedMetric.Ratio)
            (output, target) -> {
              Tensor sum =
                  Losses.crossEntropy(output, target, null, Reduction.SUM, 0, CrossEntropy.IGNORED);
              return new double[] {sum.item(), Predictions.countLabels("perplexity", target)};
            },
        Math::exp);
  }

  // ---- Numbers ----

  /** {@code mae}: the mean of |output - target| over all elements. */
  static Metric meanAbsoluteError() {
    return ratio(
        "mae",
        (output, target) ->
            new double[] {Losses.l1(output, target, Reduction.SUM).item(), target.shape().size()});
  }

  /** {@code mse}: the mean of (output - target)^2 over all elements. */
  static Metric meanSquaredError() {
    return ratio("mse", Metric::squares);
  }

  /** {@code rmse}: the square root of the mean squared error over all elements. */
  static Metric rootMeanSquaredError() {
    return of("rmse", (NamedMetric.Ratio) Metric::squares, Math::sqrt);
  }

  private static double[] squares(Tensor output, Tensor target) {
    return new double[] {Losses.mse(output, target, Reduction.SUM).item(), target.shape().size()};
  }

  // ---- Sequences ----

  /**
   * {@code token_error_rate}: {@link EditDistance} over the number of tokens in the labels.
   *
   * @param tokens of a sequence of class indices, which for instance cuts it at its end; {@code
   *     List::copyOf} for all of them
   */
  static Metric tokenErrorRate(Function<List<Integer>, ? extends List<?>> tokens) {
    return ratio("token_error_rate", new SequenceErrors("token_error_rate", tokens));
  }

  /**
   * {@code word_error_rate}: edits of words over the number of words in the labels.
   *
   * @param text of a sequence of class indices, words separated by white space
   */
  static Metric wordErrorRate(Function<List<Integer>, String> text) {
    return ratio(
        "word_error_rate",
        new SequenceErrors("word_error_rate", s -> EditDistance.words(text.apply(s))));
  }

  /**
   * {@code character_error_rate}: edits of characters over the number of characters in the labels.
   *
   * @param text of a sequence of class indices
   */
  static Metric characterErrorRate(Function<List<Integer>, String> text) {
    return ratio(
        "character_error_rate",
        new SequenceErrors("character_error_rate", s -> EditDistance.characters(text.apply(s))));
  }

  /**
   * {@code bleu}: the {@linkplain Bleu corpus BLEU} of all sequences together, in [0, 1].
   *
   * @param tokens of a sequence of class indices
   */
  static Metric bleu(Bleu bleu, Function<List<Integer>, ? extends List<?>> tokens) {
    return of("bleu", new SequenceBleu(bleu, tokens), Double::doubleValue);
  }
}
