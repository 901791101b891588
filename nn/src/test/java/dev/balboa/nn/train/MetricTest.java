package dev.balboa.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Numbers that were not counted by hand are scikit-learn 1.9's for the same data. */
@ParameterizedClass
@EnumSource(TestBackend.class)
class MetricTest {
  private static final int[] LABELS = {0, 1, 2, 2, 1, 0, 2, 1, 1, 3};
  private static final int[] PREDICTED = {0, 2, 2, 2, 1, 1, 0, 1, 1, 3};

  @RegisterExtension final TestExecution execution;

  MetricTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  private static double of(Metric metric, Tensor output, Tensor target) {
    return metric.result(metric.measure(output, target));
  }

  private static Tensor i32(int... values) {
    return Tensor.of(values, values.length);
  }

  @Test
  void accuracyTakesTheThreeFormsOfAnOutput() {
    Tensor logits = Tensor.of(new float[] {1, 2, 3, 0, 5, 4}, 3, 2);
    assertThat(of(Metric.accuracy(), logits, i32(1, 1, 0))).isEqualTo(2 / 3.0);
    assertThat(of(Metric.accuracy(), logits, Tensor.of(new long[] {1, 1, -100}, Shape.of(3))))
        .as("ignoring a position")
        .isEqualTo(0.5);
    Tensor binary = Tensor.of(new float[] {-1, 2, 0.5f, -3}, 4, 1);
    Tensor floats = Tensor.of(new float[] {0, 1, 0, 0}, 4, 1);
    assertThat(of(Metric.accuracy(), binary, floats)).isEqualTo(0.75);
    assertThat(of(Metric.accuracy(), binary, i32(0, 1, 0, 0))).isEqualTo(0.75);
    assertThat(of(Metric.accuracy(), i32(3, 1), i32(3, 2))).isEqualTo(0.5);
  }

  @Test
  void positionsOfSequencesCountEach() {
    Tensor logits = Tensor.of(new float[] {1, 0, 3, 2, 5, 1}, 1, 2, 3); // predicts 1, 1, 0
    Tensor target = Tensor.of(new int[] {1, 0, -100}, 1, 3);
    assertThat(of(Metric.accuracy(), logits, target)).isEqualTo(0.5);
    Metric classesLast = Metric.accuracy().of(y -> y.permute(0, 2, 1));
    assertThat(of(classesLast, logits.permute(0, 2, 1).copy(), target)).isEqualTo(0.5);
    assertThat(classesLast.name()).isEqualTo("accuracy");
  }

  @Test
  void topKCountsLabelsAmongTheLargest() {
    Tensor logits =
        Tensor.of(
            new float[] {2, 1, 0, 0, 1, 0.5f, 1, 1, 1, 0, -1, 3, 1, 0.5f, 0.2f, 0.3f, 0.2f, 0.1f},
            6,
            3);
    Tensor target = i32(0, 1, 2, 2, 1, 0);
    assertThat(of(Metric.topK(1), logits, target)).isEqualTo(4 / 6.0);
    assertThat(of(Metric.topK(2), logits, target)).isEqualTo(5 / 6.0);
    assertThat(of(Metric.topK(3), logits, target)).isEqualTo(1);
    assertThat(of(Metric.topK(1), logits, target)).isEqualTo(of(Metric.accuracy(), logits, target));
    Tensor nan = Tensor.of(new float[] {Float.NaN, 1}, 1, 2);
    assertThat(of(Metric.topK(1), nan, i32(0))).as("not a number").isZero();
    assertThat(Metric.topK(5).name()).isEqualTo("top-5");
    assertThatThrownBy(() -> Metric.topK(0)).hasMessage("top-k: expected k >= 1, got 0");
  }

  @Test
  void theConfusionMatrixKnowsPrecisionRecallAndF1() {
    ConfusionMatrix m = ConfusionMatrix.of(5, LABELS, PREDICTED);
    assertThat(m)
        .hasToString(
            """
                 0  1  2  3  4
              0  1  1  0  0  0
              1  0  3  1  0  0
              2  1  0  2  0  0
              3  0  0  0  1  0
              4  0  0  0  0  0
            """
                .stripTrailing()
                .replace("\n", System.lineSeparator()));
    for (int c = 0; c < 5; c++) {
      double expected = new double[] {0.5, 0.75, 0.6666666666666666, 1, 0}[c];
      assertThat(m.precision(c)).isEqualTo(expected);
      assertThat(m.recall(c)).isEqualTo(expected);
      assertThat(m.f1(c)).isEqualTo(expected);
    }
    assertThat(m.support(1)).isEqualTo(4);
    assertThat(m.counts()[1]).containsExactly(0, 3, 1, 0, 0);
    assertThat(m.count(1, 2)).isEqualTo(1);
    assertThat(m.total()).isEqualTo(10);
    assertThat(m.f1(Average.MICRO)).isEqualTo(0.7);
    assertThat(m.f1(Average.MACRO)).isCloseTo(0.7291666666666666, within(1e-15));
    assertThat(m.f1(Average.WEIGHTED)).isCloseTo(0.7, within(1e-15));
    assertThatThrownBy(() -> ConfusionMatrix.of(3, LABELS, PREDICTED))
        .hasMessage("confusion matrix: expected classes in [0, 3), got 3");
    assertThatThrownBy(() -> ConfusionMatrix.statistic(1)).hasMessageContaining("2 to 46340");
  }

  @Test
  void precisionRecallAndF1AreMetrics() {
    Tensor output = i32(PREDICTED);
    Tensor target = i32(LABELS);
    assertThat(of(Metric.precision(5, Average.MACRO), output, target))
        .isCloseTo(0.7291666666666666, within(1e-15));
    assertThat(of(Metric.recall(5, 1), output, target)).isEqualTo(0.75);
    assertThat(of(Metric.f1(5, Average.WEIGHTED), output, target)).isCloseTo(0.7, within(1e-15));
    assertThat(Metric.recall(5, Average.MICRO).name()).isEqualTo("recall_micro");
    assertThat(Metric.f1(5, 3).name()).isEqualTo("f1_3");
    Tensor logits = Tensor.of(new float[] {-1, 2, 3, 1, -4, 5}, 6);
    Tensor binary = Tensor.of(new float[] {0, 1, 1, 0, 1, 0}, 6); // TP 2, FP 2, FN 1, TN 1
    assertThat(of(Metric.precision(), logits, binary)).isEqualTo(0.5);
    assertThat(of(Metric.recall(), logits, binary)).isEqualTo(2 / 3.0);
    assertThat(of(Metric.f1(), logits, binary)).isEqualTo(4 / 7.0);
    assertThatThrownBy(() -> Metric.f1(5, 5)).hasMessageContaining("[0, 5), got 5");
  }

  @Test
  void theAreaUnderTheCurveIsExactWithTies() {
    Tensor scores = Tensor.of(new double[] {0.1, 0.4, 0.35, 0.8, 0.4, 0.4, 0.9, 0.9}, 8);
    Tensor target = i32(0, 0, 1, 1, 1, 0, 1, 0);
    assertThat(of(Metric.rocAuc(), scores, target)).isEqualTo(0.59375);
    Tensor two = Tensor.stack(1, scores.neg(), scores);
    assertThat(of(Metric.rocAuc(), two, target)).isEqualTo(0.59375);
    assertThat(of(Metric.rocAuc(), scores, i32(1, 1, 1, 1, 1, 1, 1, 1))).isNaN();
    Tensor nan = Tensor.of(new double[] {0, Double.NaN, 1}, 3);
    assertThat(of(Metric.rocAuc(), nan, i32(0, 1, 1))).isNaN();
  }

  @Test
  void theAreaOfSeveralClassesIsTheMeanOfEachAgainstTheRest() {
    Tensor logits =
        Tensor.of(
            new double[] {2, 1, 0, 0, 1, 0.5, 1, 1, 1, 0, -1, 3, 1, 0.5, 0.2, 0.3, 0.2, 0.1}, 6, 3);
    Tensor target = i32(0, 1, 2, 2, 1, 0);
    assertThat(of(Metric.rocAuc(3), logits, target)).isEqualTo(0.875);
    assertThatThrownBy(() -> of(Metric.rocAuc(4), logits, target))
        .hasMessage("ROC AUC: expected logits of 4 classes, got F64[6, 3]");
    assertThatThrownBy(() -> of(Metric.rocAuc(3), logits, i32(0, 1, 2, 2, 1, 7)))
        .hasMessage("ROC AUC: expected labels in [0, 3), got 7");
  }

  @Test
  void theAreaIsTheShareOfPairsInOrder() {
    SplittableRandom random = new SplittableRandom(5);
    double[] scores = random.doubles(300, 0, 1).map(x -> Math.rint(20 * x) / 20).toArray();
    int[] labels = random.ints(300, 0, 2).toArray();
    double pairs = 0;
    double ordered = 0;
    for (int i = 0; i < 300; i++) {
      for (int j = 0; j < 300; j++) {
        if (labels[i] == 1 && labels[j] == 0) {
          pairs++;
          ordered += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }
    assertThat(of(Metric.rocAuc(), Tensor.of(scores, 300), i32(labels)))
        .isCloseTo(ordered / pairs, within(1e-12));
  }

  @Test
  void perplexityAndErrorsOfNumbers() {
    Tensor logits =
        Tensor.of(
            new double[] {2, 1, 0, 0, 1, 0.5, 1, 1, 1, 0, -1, 3, 1, 0.5, 0.2, 0.3, 0.2, 0.1}, 6, 3);
    assertThat(of(Metric.perplexity(), logits, i32(0, 1, 2, 2, 1, 0)))
        .isCloseTo(2.108200607028809, within(1e-9));
    Tensor twice = Tensor.concat(0, logits, logits);
    assertThat(
            of(
                Metric.perplexity(),
                twice,
                i32(0, 1, 2, 2, 1, 0, -100, -100, -100, -100, -100, -100)))
        .isCloseTo(2.108200607028809, within(1e-9));
    Tensor y = Tensor.of(new float[] {1, -2, 0.5f, 3}, 2, 2);
    Tensor t = Tensor.of(new float[] {0, 1, 1, 3}, 2, 2);
    assertThat(of(Metric.meanAbsoluteError(), y, t)).isEqualTo(4.5 / 4);
    assertThat(of(Metric.meanSquaredError(), y, t)).isEqualTo(10.25 / 4);
    assertThat(of(Metric.rootMeanSquaredError(), y, t)).isEqualTo(Math.sqrt(10.25 / 4));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Tensor logits = Tensors.ones(2, 3);
    assertThatThrownBy(() -> of(Metric.accuracy(), logits, i32(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "accuracy: expected logits [N, C, d...] and labels [N, d...], or as many of the one as"
                + " of the other; got F32[2, 3] and I32[1]");
    assertThatThrownBy(() -> of(Metric.topK(2), logits, i32(1, 2, 3)))
        .hasMessage(
            "top-2: expected logits [N, C, d...] and labels [N, d...], got F32[2, 3] and I32[3]");
    assertThatThrownBy(() -> of(Metric.accuracy(), Tensors.ones(2), Tensors.full(0.5, 2)))
        .hasMessage("accuracy: expected whole numbers as labels, got 0.5");
    assertThatThrownBy(() -> of(Metric.accuracy(), logits, Tensors.u8(new byte[] {0, 1}, 2)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Cut into batches of any size, and however their numbers are joined, the result is the same. */
  @Test
  void numbersOfPartsAreJoined() {
    int n = 40;
    SplittableRandom random = new SplittableRandom(1);
    double[] scores = random.doubles(3L * n, -2, 2).toArray();
    int[] labels = random.ints(n, 0, 3).toArray();
    Tensor output = Tensor.of(scores, n, 3);
    Tensor target = i32(labels);
    for (Metric metric :
        List.of(
            Metric.accuracy(),
            Metric.topK(2),
            Metric.f1(3, Average.MACRO),
            Metric.rocAuc(3),
            Metric.perplexity())) {
      double whole = of(metric, output, target);
      double[] left = null;
      for (int from = 0; from < n; from += 7) {
        int to = Math.min(n, from + 7);
        double[] part = metric.measure(output.slice(0, from, to), target.slice(0, from, to));
        left = left == null ? part : metric.combine(left, part);
      }
      double[] right =
          metric.combine(
              metric.measure(output.slice(0, 0, 15), target.slice(0, 0, 15)),
              metric.measure(output.slice(0, 15, n), target.slice(0, 15, n)));
      assertThat(metric.result(left)).as(metric.name()).isCloseTo(whole, within(1e-12));
      assertThat(metric.result(right)).as(metric.name()).isCloseTo(whole, within(1e-12));
    }
  }

  @Test
  void aStatisticIsEvaluatedOnAModel() {
    try (Sequential model =
        Sequential.of(Blobs.PICTURE, new Flatten(), new Dense(Blobs.CLASSES)).build(1)) {
      DataLoader data = new DataLoader(new Blobs(30, 1), 8);
      ConfusionMatrix matrix = ConfusionMatrix.statistic(Blobs.CLASSES).evaluate(model, data);
      assertThat(matrix.total()).isEqualTo(30);
      assertThat(matrix.support(0)).isEqualTo(8);
      assertThat(matrix.accuracy()).isEqualTo(Metric.accuracy().evaluate(model, data));
      assertThat(Arrays.stream(new int[] {0, 1, 2, 3}).mapToLong(matrix::support).sum())
          .isEqualTo(30);
      DataLoader none = new DataLoader(new Blobs(3, 1), 8).dropLast();
      assertThatThrownBy(() -> Metric.accuracy().evaluate(model, none))
          .hasMessage("evaluate: expected data for at least one batch, got none");
    }
  }
}
