package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import java.util.List;

/** Plain Java loops that define what every operation means. */
public final class ReferenceBackend implements Backend {
  private ReferenceBackend() {}

  /** The reference backend; it has no state. */
  public static ReferenceBackend create() {
    return new ReferenceBackend();
  }

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public Prepared prepare(
      Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs) {
    throw new UnsupportedOperationException(name() + " lacks " + op.name());
  }
}
