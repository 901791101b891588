package dev.balboa.nn.optim;

import java.util.Collection;

/** Gradients overflowed or are not numbers; the message names the parameters. */
public final class NonFiniteGradientException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  NonFiniteGradientException(double norm, Collection<String> paths) {
    super("the gradient norm is " + norm + ", from " + String.join(", ", paths));
  }
}
