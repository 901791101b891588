package dev.balboa.nn.backend;

import java.io.Serial;

/**
 * A matrix cannot be decomposed or solved with: it is singular, not positive definite, not finite,
 * or an iteration did not converge. The message names the operation and the matrix by its number in
 * the batch, in the same words on every backend.
 */
public final class LinalgException extends ArithmeticException {
  @Serial private static final long serialVersionUID = 1;

  private LinalgException(String op, int matrix, String what) {
    super(op + ": matrix " + matrix + " " + what);
  }

  /** An element of an input is NaN or infinite. */
  public static LinalgException notFinite(String op, int matrix, double element) {
    return new LinalgException(op, matrix, "has an element that is not finite: " + element);
  }

  /** A leading minor of this order is not positive. */
  public static LinalgException notPositiveDefinite(String op, int matrix, int order) {
    return new LinalgException(
        op, matrix, "is not positive definite: its leading minor of order " + order + " is not");
  }

  /** A pivot is exactly zero; {@code pivot} counts from 0. */
  public static LinalgException singular(String op, int matrix, int pivot) {
    return new LinalgException(op, matrix, "is singular: pivot " + pivot + " is zero");
  }

  /** An iteration did not end. */
  public static LinalgException notConverged(String op, int matrix) {
    return new LinalgException(op, matrix, "has no decomposition to which the iteration converges");
  }
}
