package dev.balboa.nn.train;

import java.util.Locale;

/** How a number that each class has is averaged over the classes, as in scikit-learn. */
public enum Average {
  /** Counts all classes together, each position once for its label and once for its prediction. */
  MICRO,
  /** The mean over the classes that occur among labels or predictions. */
  MACRO,
  /** The mean over the classes, weighted by how many labels each has. */
  WEIGHTED;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
