package dev.balboa.conformance;

/** Balboa has nothing that a case asks for; the message says what. */
final class NotCovered extends RuntimeException {
  private static final long serialVersionUID = 1;

  NotCovered(String reason) {
    super(reason, null, false, false);
  }
}
