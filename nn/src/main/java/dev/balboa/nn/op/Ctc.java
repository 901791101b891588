package dev.balboa.nn.op;

import java.util.List;

/**
 * Connectionist temporal classification (Graves et al., ICML 2006): loss_n is minus the logarithm
 * of the probability that a path through the steps, after repeats and then blanks are taken out,
 * spells the target. The sum over all paths is computed forward in log space, in double precision.
 *
 * <p>Inputs: log-probabilities [T, N, C]; targets I32 [N, S], of which the first target_lengths[n]
 * count, each a class other than the blank; input lengths I32 [N] in [0, T]; target lengths I32 [N]
 * in [0, S]. What is out of range is refused with its sample. Output [N].
 *
 * <p>A target that no path of the input's length spells has an infinite loss, whose gradient is NaN
 * at every step of the input; with {@code zeroInfinity} both are 0. A NaN in reach makes loss and
 * gradient NaN. The gradient is the derivative by the log-probabilities themselves, minus the
 * probability of being at a class at a step; behind log_softmax it gives the same as PyTorch's. It
 * can be differentiated once.
 */
public record Ctc(int blank, boolean zeroInfinity) implements LossOp {
  /** Checks the blank. */
  public Ctc {
    Check.that(blank >= 0, "ctc", "blank >= 0", blank);
  }

  @Override
  public String name() {
    return "ctc";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 4);
    return List.of(check(name(), in));
  }

  /** Checks the first four inputs; the spec of the loss. */
  TensorSpec check(String op, List<TensorSpec> in) {
    TensorSpec x = in.get(0);
    Check.rank(op, "log-probabilities [T, N, C]", x, 3);
    Check.floating(op, "log-probabilities", x);
    Check.that(blank < x.shape().dim(2), op, "a blank below the number of classes", blank);
    Check.rank(op, "targets [N, S]", in.get(1), 2);
    long samples = x.shape().dim(1);
    Check.shape(op, "targets", in.get(1), in.get(1).shape().with(0, samples));
    Check.shape(op, "input lengths", in.get(2), Shape.of(samples));
    Check.shape(op, "target lengths", in.get(3), Shape.of(samples));
    Check.dtype(op, "targets", in.get(1), DType.I32);
    Check.dtype(op, "input lengths", in.get(2), DType.I32);
    Check.dtype(op, "target lengths", in.get(3), DType.I32);
    return x.withShape(Shape.of(samples));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Value d = c.emit().apply(new CtcBackward(this), c.in(0), c.in(1), c.in(2), c.in(3), c.grad(0));
    return Vjp.grads(d, null, null, null);
  }
}
