package dev.balboa.nn.exec;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A backend decided how to compute an operation. */
@Name("dev.balboa.Prepare")
@Label("Preparation")
@Category("Balboa")
@Description("A backend decided how to compute an operation.")
@StackTrace(false)
final class PrepareEvent extends jdk.jfr.Event {
  /** Knows whether a recording wants such events; while none does, no others are made. */
  private static final PrepareEvent PROBE = new PrepareEvent();

  @Label("Backend")
  String backend;

  @Label("Operation")
  String operation;

  @Label("Inputs")
  String inputs;

  @Label("Route")
  @Description("Who computes it, and why, where the backend had a choice.")
  String route;

  /** An event that begins now, {@code null} if no recording wants it. */
  static PrepareEvent started() {
    if (!PROBE.isEnabled()) {
      return null;
    }
    PrepareEvent event = new PrepareEvent();
    event.begin();
    return event;
  }
}
