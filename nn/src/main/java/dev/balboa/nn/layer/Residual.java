package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.Tensor;

/**
 * y = body(x) + x, or body(x) + shortcut(x) where the shapes differ (He et al., 2016). Children
 * {@code body} and {@code shortcut}.
 */
public final class Residual extends Layer {
  private final Layer body;
  private final Layer shortcut;

  /** body(x) + x. */
  public Residual(Layer body) {
    this.body = child("body", body);
    this.shortcut = null;
  }

  /** body(x) + shortcut(x). */
  public Residual(Layer body, Layer shortcut) {
    this.body = child("body", body);
    this.shortcut = child("shortcut", shortcut);
  }

  @Override
  protected Tensor compute(Tensor x) {
    Tensor y = body.forward(x);
    return y.add(shortcut == null ? x : shortcut.forward(x));
  }
}
