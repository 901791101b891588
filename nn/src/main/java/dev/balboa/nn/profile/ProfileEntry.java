package dev.balboa.nn.profile;

/**
 * What some operations cost together.
 *
 * @param layer path and type of the layer that they belong to, in a backward pass the one whose
 *     derivative they are a part of; {@code loss} and the like for what a trainer does besides, and
 *     empty for what is outside of all
 * @param operation its name; empty if the entry is of several
 * @param calls how many there were
 * @param forwardNanos time of those outside of backward passes
 * @param backwardNanos time of those in backward passes
 * @param bytes allocated for results; what an operation uses while it runs is not in it
 * @param peakBytes the most off-heap memory that was in use at once during one of them, theirs and
 *     everybody else's, with what they used while they ran
 */
public record ProfileEntry(
    String layer,
    String operation,
    long calls,
    long forwardNanos,
    long backwardNanos,
    long bytes,
    long peakBytes) {
  /** Time in all. */
  public long nanos() {
    return forwardNanos + backwardNanos;
  }

  /** Time of one call. */
  public double meanNanos() {
    return (double) nanos() / calls;
  }

  /** Both together, under the layer and operation given. */
  ProfileEntry plus(ProfileEntry other, String newLayer, String newOperation) {
    return new ProfileEntry(
        newLayer,
        newOperation,
        calls + other.calls,
        forwardNanos + other.forwardNanos,
        backwardNanos + other.backwardNanos,
        bytes + other.bytes,
        Math.max(peakBytes, other.peakBytes));
  }
}
