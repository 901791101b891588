package dev.balboa.nn.exec;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** An operation was computed eagerly. */
@Name("dev.balboa.Execute")
@Label("Operation")
@Category("Balboa")
@Description("An operation was computed eagerly.")
@StackTrace(false)
final class ExecuteEvent extends jdk.jfr.Event {
  /** Knows whether a recording wants such events; while none does, no others are made. */
  private static final ExecuteEvent PROBE = new ExecuteEvent();

  @Label("Operation")
  String operation;

  /** An event that begins now, {@code null} if no recording wants it. */
  static ExecuteEvent started() {
    if (!PROBE.isEnabled()) {
      return null;
    }
    ExecuteEvent event = new ExecuteEvent();
    event.begin();
    return event;
  }
}
