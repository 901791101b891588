package dev.balboa.nn.train;

import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** Edits between predicted and expected sequences, over the length of the expected ones. */
record SequenceErrors(String metric, Function<List<Integer>, ? extends List<?>> tokens)
    implements NamedMetric.Ratio {
  SequenceErrors {
    Objects.requireNonNull(tokens, "metric: tokens");
  }

  @Override
  public double[] measure(Tensor output, Tensor target) {
    Sequences pairs = Sequences.of(metric, output, target);
    long edits = 0;
    long length = 0;
    for (int i = 0; i < pairs.expected().size(); i++) {
      List<?> expected = tokens.apply(pairs.expected().get(i));
      edits += EditDistance.of(expected, tokens.apply(pairs.predicted().get(i)));
      length += expected.size();
    }
    return new double[] {edits, length};
  }
}
