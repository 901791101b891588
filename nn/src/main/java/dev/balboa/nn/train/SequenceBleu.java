package dev.balboa.nn.train;

import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** BLEU of predicted sequences against one reference each. */
record SequenceBleu(Bleu bleu, Function<List<Integer>, ? extends List<?>> tokens)
    implements Statistic<Double> {
  SequenceBleu {
    Objects.requireNonNull(bleu, "metric: BLEU");
    Objects.requireNonNull(tokens, "metric: tokens");
  }

  @Override
  public double[] measure(Tensor output, Tensor target) {
    Sequences pairs = Sequences.of("bleu", output, target);
    double[] counts = bleu.nothing();
    for (int i = 0; i < pairs.expected().size(); i++) {
      List<?> reference = tokens.apply(pairs.expected().get(i));
      bleu.add(counts, tokens.apply(pairs.predicted().get(i)), List.of(reference));
    }
    return counts;
  }

  @Override
  public Double result(double[] numbers) {
    return bleu.score(numbers);
  }
}
