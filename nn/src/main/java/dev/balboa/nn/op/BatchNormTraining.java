package dev.balboa.nn.op;

import java.util.List;

/**
 * Batch normalisation with the statistics of the batch (Ioffe and Szegedy, 2015): y = gamma (x -
 * mean) / sqrt(var + epsilon) + beta over all axes but axis 1. Inputs x [N, C, ...], gamma [C],
 * beta [C]; outputs y, mean [C] and the biased variance [C], F32 for BF16 data. Only y carries a
 * gradient.
 */
public record BatchNormTraining(double epsilon) implements NormalizationOp {
  @Override
  public String name() {
    return "batch_norm";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3);
    TensorSpec x = in.get(0);
    BatchNorms.check(name(), x, in.subList(1, 3), List.of(), epsilon);
    Check.that(x.shape().size() > 0, name(), "at least one element per channel", x);
    TensorSpec statistics = BatchNorms.statistics(x);
    return List.of(x, statistics, statistics);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return c.emit()
        .applyAll(new BatchNormBackward(epsilon), c.in(0), c.in(1), c.out(1), c.out(2), c.grad(0));
  }

  @Override
  public boolean isDifferentiable(int index) {
    return index == 0;
  }
}
