package dev.balboa.nn.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.op.DType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The samples of every case are of every kind, or here is the reason why not. Counted over half as
 * many as the long profile takes; what is rarer than that is looked for among more.
 */
final class SampleKindsTest {
  private static final int SAMPLES = 100;

  private static final int MANY = 500;

  /** How many cases have samples whose inputs share memory; the others have one input to share. */
  private static final int SHARING = 88;

  /** Its numbers are chosen so finely that they cannot lie anyhow. */
  private static final Set<String> SPECIAL = Set.of("norm2 of extremes", "logsumexp of extremes");

  /** Drawn densely: equal rows would have no deviation, and the logits are F32 in any case. */
  private static final Set<String> DENSE = Set.of("standard_deviation", "categorical");

  /** Over nothing these are refused: there is no extreme, no statistic and no range. */
  private static final Set<String> NOT_OF_NOTHING =
      Set.of(
          "standard_deviation",
          "batch_norm",
          "batch_norm_backward",
          "reduce_max of integers",
          "reduce_min of integers",
          "argmax of integers",
          "argmin of integers",
          "dynamic_quantize",
          "winograd_filters",
          "categorical");

  /** Composed of operations that have such samples, or of what one gives that has. */
  private static final Set<String> COMPOSED =
      Set.of(
          "gumbel_softmax",
          "gumbel_softmax hard",
          "cross_entropy of labels",
          "token_cross_entropy",
          "nll of labels",
          "ctc of sequences",
          "triplet_margin",
          "multi_margin of labels",
          "tensordot",
          "einsum",
          "resize_backward_nearest",
          "resize_backward_linear",
          "resize_backward_cubic",
          "adaptive_avg_pool1d_backward",
          "adaptive_avg_pool2d_backward",
          "adaptive_avg_pool3d_backward");

  /** Square matrices, whose decompositions take time; with equal rows they would be singular. */
  private static final Set<String> MATRICES =
      Set.of(
          "cholesky",
          "qr",
          "svd",
          "singular_values",
          "least_squares",
          "eigh",
          "solve",
          "triangular_solve",
          "det",
          "slogdet",
          "cholesky function",
          "qr function",
          "svd function",
          "singular_values function",
          "eigh function",
          "det function",
          "slogdet function",
          "inv",
          "pinv",
          "matrix_rank",
          "matrix_norm",
          "cond",
          "solve function",
          "solve_triangular",
          "cholesky_solve",
          "lstsq");

  private static boolean isExcused(SampleKind kind, OpCase c, List<Sample> samples) {
    String name = c.name();
    boolean source =
        samples.stream()
            .flatMap(s -> s.inputs().stream())
            .noneMatch(in -> in.differentiable() || in.spec().dtype() != DType.I64);
    return source
        || SPECIAL.contains(name)
        || switch (kind) {
          case EMPTY ->
              NOT_OF_NOTHING.contains(name) || COMPOSED.contains(name) || MATRICES.contains(name);
          case LOPSIDED -> COMPOSED.contains(name) || MATRICES.contains(name);
          case EXPANDED -> DENSE.contains(name) || MATRICES.contains(name);
          case STRIDED, PERMUTED, UNALIGNED -> DENSE.contains(name);
          case ONE, PRIME -> name.equals("winograd_filters"); // [16 m, 16 n, 3, 3]
          case SAME, OVERLAPPING -> true;
        };
  }

  private static boolean isAmongMany(SampleKind kind, OpCase c) {
    return c.samples(Draw.Purpose.EQUIVALENCE, DType.F32, MANY).stream().anyMatch(kind::isIn);
  }

  @Test
  void everyCaseHasEveryKind() {
    Map<SampleKind, Integer> samplesOf = new EnumMap<>(SampleKind.class);
    Map<SampleKind, Integer> casesOf = new EnumMap<>(SampleKind.class);
    List<String> missing = new ArrayList<>();
    for (OpCase c : OpCases.all()) {
      List<Sample> samples = c.samples(Draw.Purpose.EQUIVALENCE, DType.F32, SAMPLES);
      for (SampleKind kind : SampleKind.values()) {
        int n = (int) samples.stream().filter(kind::isIn).count();
        samplesOf.merge(kind, n, Integer::sum);
        casesOf.merge(kind, n > 0 ? 1 : 0, Integer::sum);
        if (n == 0 && !isExcused(kind, c, samples) && !isAmongMany(kind, c)) {
          missing.add(c + " has no sample that is " + kind);
        }
      }
    }
    System.out.println("Samples of each kind: " + samplesOf + "; cases that have some: " + casesOf);
    assertThat(missing).isEmpty();
    assertThat(casesOf.get(SampleKind.SAME)).isGreaterThanOrEqualTo(SHARING);
    assertThat(casesOf.get(SampleKind.OVERLAPPING)).isGreaterThanOrEqualTo(SHARING);
  }
}
