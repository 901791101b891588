package dev.balboa.nn.train;

/** Why training ended. */
public enum StopReason {
  /** All epochs were trained. */
  COMPLETED,
  /** The monitored value did not improve any more. */
  EARLY,
  /** {@link Trainer#requestStop}. */
  REQUESTED
}
