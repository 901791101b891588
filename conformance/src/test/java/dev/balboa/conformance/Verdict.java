package dev.balboa.conformance;

/** What became of a case. */
sealed interface Verdict {
  /** Both backends give what is expected. */
  record Passed() implements Verdict {}

  /** The reference gives what is expected; the native backend refuses the type or rank by name. */
  record OnReferenceOnly(String refusal) implements Verdict {}

  /** Something else came out. */
  record Failed(String message) implements Verdict {}

  /** Balboa has nothing that the case asks for. */
  record Uncovered(String reason) implements Verdict {}
}
