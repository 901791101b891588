package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Derivative of {@link Recurrent}. Inputs: those of the forward operation, its y and its workspace,
 * then dy [T, N, H], dh_T [N, H] and for an LSTM dc_T [N, H]. Outputs: dx if {@code inputGradient},
 * dW_x, dW_h, db, dh_0, for an LSTM dc_0, for peepholes dp. The derivative of this comes from the
 * definition in elementary operations.
 */
public record RecurrentBackward(Recurrent forward, boolean inputGradient) implements RecurrentOp {
  @Override
  public String name() {
    return forward.name() + "_backward";
  }

  /** Which input the first cotangent, dy, is. */
  public int cotangentsAt() {
    return forward.arity() + 2;
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    int arity = cotangentsAt() + 1 + forward.states();
    Check.arity(name(), in, arity);
    TensorSpec state = forward.check(name(), in);
    TensorSpec x = in.get(0);
    Shape sequence = x.shape().with(2, state.shape().dim(1));
    Check.shape(name(), "y", in.get(forward.arity()), sequence);
    TensorSpec workspace = in.get(forward.arity() + 1);
    Check.that(
        workspace.equals(TensorSpec.WORKSPACE), name(), "the workspace of " + forward, workspace);
    Check.shape(name(), "dy", in.get(cotangentsAt()), sequence);
    for (int i = 0; i <= forward.states(); i++) {
      TensorSpec cotangent = in.get(cotangentsAt() + i);
      Check.sameType(name(), x, cotangent);
      Check.that(i == 0 || cotangent.equals(state), name(), "state cotangent " + state, cotangent);
    }
    return in.subList(inputGradient ? 0 : 1, forward.lengthsAt());
  }

  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    return 2 * forward.multiplyAdds(in);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    int inputs = forward.lengthsAt();
    int first = inputGradient ? 0 : 1;
    Value lengths = forward.lengths() ? c.in(inputs) : null;
    List<Value> at = new ArrayList<>();
    for (int i = 0; i < inputs; i++) {
      at.add(c.in(i));
    }
    for (int i = 0; i <= forward.states(); i++) {
      at.add(c.in(cotangentsAt() + i));
    }
    List<Value> grads =
        c.pullback(
            (e, v) -> {
              List<Value> cotangents = v.subList(inputs, v.size());
              List<Value> gradients =
                  e.pullback(
                      (f, w) -> inner(f, RecurrentSteps.run(forward, f, w, lengths), cotangents),
                      v.subList(0, inputs),
                      one(e, v.get(0)));
              List<Value> weights = new ArrayList<>();
              for (int i = first; i < inputs; i++) {
                weights.add(c.grad(i - first));
              }
              return inner(e, gradients.subList(first, inputs), weights);
            },
            at,
            one(c.emit(), at.get(0)));
    List<Value> all = new ArrayList<>(grads.subList(0, inputs));
    while (all.size() < cotangentsAt()) {
      all.add(null);
    }
    all.addAll(grads.subList(inputs, grads.size()));
    return all;
  }

  private static Value one(Emit e, Value like) {
    return e.scalarLike(like, 1);
  }

  /** The sum of all products; what is {@code null} counts as zero. */
  private static Value inner(Emit e, List<Value> values, List<Value> weights) {
    Value total = e.scalarLike(weights.get(0), 0);
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i) != null) {
        Value product = e.mul(values.get(i), weights.get(i));
        int[] axes = IntStream.range(0, product.spec().shape().rank()).toArray();
        total = e.add(total, e.sum(product, false, axes));
      }
    }
    return total;
  }
}
