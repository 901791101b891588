package dev.balboa.nn.exec;

import dev.balboa.nn.op.Op;
import java.util.Objects;

/**
 * What an operation is a part of. Only known where operations are {@linkplain Execution#intercept
 * intercepted}.
 *
 * @param place the layer that runs, or another {@linkplain Execution#within named part}; empty
 *     outside of all. In a backward pass that of the recorded operation.
 * @param isBackward whether it belongs to a backward pass
 * @param differentiated the recorded operation whose derivative it is a part of; {@code null} in a
 *     forward pass, and for what a backward pass does between them
 */
public record Origin(String place, boolean isBackward, Op differentiated) {
  static final Origin NOWHERE = new Origin("", false, null);

  /** Checks the place. */
  public Origin {
    Objects.requireNonNull(place, "origin: place");
  }

  /** For messages: {@code in '0 (Dense)', in the backward pass of linear}. */
  @Override
  public String toString() {
    String where = place.isEmpty() ? "" : "in '" + place + "'";
    if (!isBackward) {
      return where;
    }
    String pass =
        differentiated == null
            ? "in a backward pass"
            : "in the backward pass of " + differentiated.name();
    return where.isEmpty() ? pass : where + ", " + pass;
  }
}
