package dev.balboa.nn.memory;

/**
 * Thrown when a block is closed and the guard bytes before or after it were overwritten: some
 * kernel wrote outside its memory. The block counts as closed; its memory is never reused, so that
 * the damage does not spread.
 */
public final class GuardBytesViolation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  GuardBytesViolation(String message) {
    super(message);
  }
}
