package dev.balboa.nn.op;

import java.util.List;

/**
 * The derivative of {@link CumProd} times dy. Inputs x and dy of one floating-point type and shape,
 * output dx like them.
 *
 * <p>With p_k = x_0 ... x_{k-1} and s_k = dy_k + x_{k+1} s_{k+1}, dx_k = p_k s_k: nothing is
 * divided, so it is right where factors are zero. If {@code exclusive}, s_k = dy_{k+1} + x_{k+1}
 * s_{k+1}.
 */
public record CumProdBackward(CumProd forward) implements AxisOp {
  @Override
  public String name() {
    return "cumprod_backward";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    TensorSpec x = in.get(0);
    Indexing.axis(name(), forward.axis(), x.shape());
    Check.floating(name(), "input", x);
    Check.that(in.get(1).equals(x), name(), "dy " + x, in.get(1));
    return List.of(x);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return c.pullback(this::definition, List.of(c.in(0), c.in(1)), c.grad(0));
  }

  private Value definition(Emit e, List<Value> at) {
    Value x = at.get(0);
    Value dx = e.pullback((f, in) -> forward.inSteps(f, in.get(0)), List.of(x), at.get(1)).get(0);
    return dx == null ? e.fillLike(x, 0) : dx;
  }
}
