package dev.balboa.bench;

import java.util.Optional;

/** Takes the time of one contender, outside the driver's own process. */
interface Measurer {
  /** The contender's name. */
  String contender();

  /** Whether to measure in the first round only. */
  boolean forOrientation();

  /** One measurement, or empty if the contender takes no part in the task. */
  Optional<Sample> measure(Task task, int round);

  /** The contender's description, once it has been measured. */
  String description();
}
