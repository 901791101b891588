package dev.balboa.nn.graph;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A function was captured, optimized and lowered. */
@Name("dev.balboa.Capture")
@Label("Capture")
@Category("Balboa")
@Description("A function was captured, optimized and lowered.")
@StackTrace(false)
final class CaptureEvent extends jdk.jfr.Event {
  /** Knows whether a recording wants such events; while none does, no others are made. */
  private static final CaptureEvent PROBE = new CaptureEvent();

  @Label("Argument shapes")
  String shapes;

  @Label("Calls")
  int calls;

  /** An event that begins now, {@code null} if no recording wants it. */
  static CaptureEvent started() {
    if (!PROBE.isEnabled()) {
      return null;
    }
    CaptureEvent event = new CaptureEvent();
    event.begin();
    return event;
  }
}
