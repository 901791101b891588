package dev.balboa.nn.op;

import java.util.List;

/**
 * Local response normalisation across channels (Krizhevsky, Sutskever and Hinton, 2012), as in
 * PyTorch: y = x (k + alpha / size S)^-beta, S being the sum of the squares of channels c - size /
 * 2 to c + (size - 1) / 2 at the same place, as far as they exist. Input and output [N, C, ...].
 */
public record LocalResponseNorm(int size, double alpha, double beta, double k)
    implements NormalizationOp {
  @Override
  public String name() {
    return "local_response_norm";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    check(name(), in.get(0), size);
    return List.of(in.get(0));
  }

  static void check(String op, TensorSpec x, int size) {
    Check.floating(op, "input", x);
    Check.that(x.shape().rank() >= 2, op, "input [N, C, ...] of rank 2 or more", x);
    Check.that(size >= 1, op, "size >= 1", size);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    Op backward = new LocalResponseNormBackward(size, alpha, beta, k);
    return Vjp.grads(c.emit().apply(backward, c.in(0), c.grad(0)));
  }
}
