package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** Any function without parameters. It must be safe to call from several threads. */
public final class Lambda extends Layer {
  private final String label;
  private final UnaryOperator<Tensor> function;

  /**
   * A layer from a function.
   *
   * @param label what summaries and messages call it
   */
  public Lambda(String label, UnaryOperator<Tensor> function) {
    this.label = Objects.requireNonNull(label, "lambda: label");
    this.function = Objects.requireNonNull(function, "lambda: function");
  }

  @Override
  protected Tensor compute(Tensor x) {
    return function.apply(x);
  }

  @Override
  protected String typeName() {
    return "Lambda " + label;
  }
}
