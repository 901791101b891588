package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Derivative of {@link Attention}. Inputs q, k, v, then out and the logarithms of sums as the
 * forward operation wrote them, dout, and the mask and the random key where the forward operation
 * had them; outputs dq, dk, dv. The results of the forward operation are functions of q, k and v,
 * so they carry no gradient of their own.
 *
 * <p>With weights P, dropout factors R and dP = R (dout v^T): dS = P (dP - rowsum(dP P)), dq =
 * scale dS k, dk = scale dS^T q, dv = (R P)^T dout; dk and dv are summed over the heads that share
 * them.
 */
public record AttentionBackward(double scale, CausalMask causal, double dropout)
    implements AttentionOp {
  /** Checks that the scale is finite and 0 &lt;= dropout &lt; 1. */
  public AttentionBackward {
    Attention.check("attention_backward", scale, dropout);
  }

  @Override
  public String name() {
    return "attention_backward";
  }

  @Override
  public int fixedInputs() {
    return 6;
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    List<TensorSpec> forward = Attention.infer(this, in);
    Check.that(in.get(3).equals(forward.get(0)), name(), "out " + forward.get(0), in.get(3));
    Check.that(in.get(4).equals(forward.get(1)), name(), "sums " + forward.get(1), in.get(4));
    Check.that(in.get(5).equals(forward.get(0)), name(), "dout " + forward.get(0), in.get(5));
    return in.subList(0, 3);
  }

  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    return Attention.weights(in.get(0), in.get(1)).size()
        * (3 * in.get(0).shape().dim(3) + 2 * in.get(2).shape().dim(3));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    AttentionDefinition f = AttentionDefinition.of(this, c);
    int mask = maskInput(c.inputs());
    List<Integer> inputs = new ArrayList<>(List.of(0, 1, 2, 5));
    if (mask >= 0 && c.in(mask).spec().dtype().isFloating()) {
      inputs.add(mask);
    }
    List<Value> at = inputs.stream().map(c::in).toList();
    List<Vjp.Definition> outputs = List.of(f::queryGradient, f::keyGradient, f::valueGradient);
    Value[] d = new Value[c.inputs()];
    for (int i = 0; i < outputs.size(); i++) {
      List<Value> part = c.pullback(AttentionDefinition.widened(outputs.get(i)), at, c.grad(i));
      for (int j = 0; j < part.size(); j++) {
        int to = inputs.get(j);
        d[to] = c.emit().plus(d[to], part.get(j));
      }
    }
    return Arrays.asList(d);
  }
}
