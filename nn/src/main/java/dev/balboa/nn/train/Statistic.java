package dev.balboa.nn.train;

import dev.balboa.nn.data.Batch;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.Epoch;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Something that is known of many samples through numbers which are collected batch by batch: a
 * sufficient statistic, and what follows from it.
 *
 * <p>A statistic has no state. The numbers are the state: they are added up by whoever evaluates,
 * joined where several threads or runs evaluate a part each, and stored in checkpoints as they are,
 * so that a resumed run equals the uninterrupted one whatever is measured.
 *
 * <p>Thread rule: stateless, free to share.
 *
 * @param <T> what is known at the end
 */
public interface Statistic<T> {
  /**
   * The numbers of one batch. Called without recording, in a scope that ends soon after.
   *
   * @param output what the model made of the batch's inputs
   * @param target the batch's labels
   * @throws IllegalArgumentException if they do not fit each other
   */
  double[] measure(Tensor output, Tensor target);

  /**
   * The numbers of two groups of samples together. Unless overridden they are added.
   *
   * @param first may be written to and returned
   * @param second stays as it is
   */
  default double[] combine(double[] first, double[] second) {
    for (int i = 0; i < first.length; i++) {
      first[i] += second[i];
    }
    return first;
  }

  /**
   * What the numbers say.
   *
   * @param numbers of at least one batch
   */
  T result(double[] numbers);

  /** The same of what {@code view} makes of a model's output, such as one with axes moved. */
  default Statistic<T> of(UnaryOperator<Tensor> view) {
    Statistic<T> self = this;
    return new Statistic<>() {
      @Override
      public double[] measure(Tensor output, Tensor target) {
        return self.measure(view.apply(output), target);
      }

      @Override
      public double[] combine(double[] first, double[] second) {
        return self.combine(first, second);
      }

      @Override
      public T result(double[] numbers) {
        return self.result(numbers);
      }
    };
  }

  /**
   * The result for a model on data, as in inference.
   *
   * @throws IllegalArgumentException if there are no data
   */
  default T evaluate(Layer model, DataLoader data) {
    double[] numbers = null;
    try (Epoch epoch = data.epoch(0);
        var _ = Execution.inference();
        var _ = Execution.noGrad()) {
      while (epoch.hasNext()) {
        try (var _ = Scope.open()) {
          Batch batch = epoch.next();
          double[] more = measure(model.forward(batch.x()), batch.y());
          numbers = numbers == null ? more : combine(numbers, more);
        }
      }
    }
    if (numbers == null) {
      throw new IllegalArgumentException(
          "evaluate: expected data for at least one batch, got none");
    }
    return result(numbers);
  }
}
