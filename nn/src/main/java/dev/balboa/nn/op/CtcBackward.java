package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The derivative of {@link Ctc} by its log-probabilities, times dloss. Inputs those of the forward
 * operation, then dloss [N]; output [T, N, C].
 *
 * <p>It has a derivative by dloss, in which it is linear, but none by the log-probabilities: that
 * would be the covariance of all pairs of steps, which no shorter definition than another
 * forward-backward pass gives. PyTorch has none either.
 */
public record CtcBackward(Ctc forward) implements LossOp {
  @Override
  public String name() {
    return "ctc_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 5);
    TensorSpec loss = forward.check(name(), in);
    Check.that(in.get(4).equals(loss), name(), "dloss " + loss, in.get(4));
    return List.of(in.get(0));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    if (c.needs(0)) {
      throw new UnsupportedOperationException(
          name() + ": the loss can be differentiated by the log-probabilities once, not twice");
    }
    Emit e = c.emit();
    Value one = e.fillLike(c.in(4), 1);
    Value slope = e.apply(this, c.in(0), c.in(1), c.in(2), c.in(3), one);
    List<Value> grads = new ArrayList<>(Collections.nCopies(4, null));
    grads.add(e.sum(e.mul(c.grad(0), slope), false, 0, 2));
    return grads;
  }
}
