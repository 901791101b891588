package dev.balboa.nn.train;

/** The loss of a batch is infinite or not a number; nothing was updated. */
public final class NonFiniteLossException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  NonFiniteLossException(double loss) {
    super("loss " + loss);
  }
}
