package dev.balboa.nn.graph;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A captured program ran. */
@Name("dev.balboa.Program")
@Label("Captured program")
@Category("Balboa")
@Description("A captured program ran.")
@StackTrace(false)
final class ProgramEvent extends jdk.jfr.Event {
  /** Knows whether a recording wants such events; while none does, no others are made. */
  private static final ProgramEvent PROBE = new ProgramEvent();

  @Label("Argument shapes")
  String shapes;

  @Label("Calls")
  int calls;

  @Label("Arena")
  @DataAmount
  long arenaBytes;

  /** An event that begins now, {@code null} if no recording wants it. */
  static ProgramEvent started() {
    if (!PROBE.isEnabled()) {
      return null;
    }
    ProgramEvent event = new ProgramEvent();
    event.begin();
    return event;
  }
}
