package dev.balboa.conformance;

import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.tensor.Losses;
import java.util.List;
import java.util.Locale;

/** Losses. */
final class LossMappings {
  private LossMappings() {}

  static void addTo(Mapping.Table t) {
    t.one(
        "NegativeLogLikelihoodLoss",
        c -> Losses.nll(c.in(0), c.in(1), c.optional(2), reduction(c), ignored(c)));
    t.many(
        "SoftmaxCrossEntropyLoss",
        c ->
            List.of(
                Losses.crossEntropy(c.in(0), c.in(1), c.optional(2), reduction(c), 0, ignored(c)),
                c.in(0).logSoftmax(1)));
  }

  private static Reduction reduction(Call c) {
    return Reduction.valueOf(c.text("reduction", "mean").toUpperCase(Locale.ROOT));
  }

  private static long ignored(Call c) {
    return c.integer("ignore_index", CrossEntropy.IGNORED);
  }
}
