package dev.balboa.nn.memory;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** Off-heap memory was taken from an allocator. */
@Name("dev.balboa.Allocate")
@Label("Allocation")
@Category("Balboa")
@Description("Off-heap memory was taken from an allocator.")
final class AllocateEvent extends jdk.jfr.Event {
  /** Knows whether a recording wants such events; while none does, no others are made. */
  private static final AllocateEvent PROBE = new AllocateEvent();

  @Label("Bytes")
  @DataAmount
  long bytes;

  /** An event that begins now, {@code null} if no recording wants it. */
  static AllocateEvent started() {
    if (!PROBE.isEnabled()) {
      return null;
    }
    AllocateEvent event = new AllocateEvent();
    event.begin();
    return event;
  }
}
