package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.List;

/**
 * Batch normalisation with the statistics of the batch (Ioffe and Szegedy, 2015), with optional
 * fused residual addition and ReLU: y = act(gamma (x - mean) / sqrt(var + epsilon) + beta + r) over
 * all axes but axis 1. Inputs x [N, C, ...], gamma [C], beta [C] and, if {@code residual}, r like
 * x; outputs y, mean [C] and the biased variance [C], F32 for BF16 data, for which gamma and beta
 * may be F32 too. Only y carries a gradient.
 *
 * <p>Fused, what normalisation gives before the addition and the ReLU is never stored: the
 * derivative starts from y.
 */
public record BatchNormTraining(double epsilon, boolean relu, boolean residual)
    implements NormalizationOp {
  /** Normalisation alone. */
  public BatchNormTraining(double epsilon) {
    this(epsilon, false, false);
  }

  @Override
  public String name() {
    return "batch_norm";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, residual ? 4 : 3);
    TensorSpec x = in.get(0);
    BatchNorms.check(name(), x, in.subList(1, 3), List.of(), epsilon);
    Check.that(x.shape().size() > 0, name(), "at least one element per channel", x);
    Check.that(!residual || in.getLast().equals(x), name(), "residual " + x, in.getLast());
    TensorSpec statistics = BatchNorms.statistics(x);
    return List.of(x, statistics, statistics);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Emit e = c.emit();
    Value g = c.grad(0);
    if (relu) {
      g = e.apply(new UnaryBackward(UnaryKind.RELU, 0, 0), c.out(0), g);
    }
    List<Value> grads = new ArrayList<>();
    if (c.needs(0) || c.needs(1) || c.needs(2)) {
      BatchNormBackward backward = new BatchNormBackward(epsilon);
      grads.addAll(e.applyAll(backward, c.in(0), c.in(1), c.out(1), c.out(2), g));
    } else {
      grads.addAll(Vjp.grads(null, null, null));
    }
    if (residual) {
      grads.add(g);
    }
    return grads;
  }

  @Override
  public boolean isDifferentiable(int index) {
    return index == 0;
  }
}
