package dev.balboa.nn.backend.onednn;

import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import java.util.List;

/** oneDNN, OpenBLAS and Balboa's own kernels. */
public final class NativeBackend implements Backend {
  private NativeBackend() {}

  /** The native backend. */
  public static NativeBackend create() {
    return new NativeBackend();
  }

  @Override
  public String name() {
    return "native";
  }

  @Override
  public Prepared prepare(
      Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs) {
    throw new UnsupportedOperationException(name() + " lacks " + op.name());
  }
}
