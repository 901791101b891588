package dev.balboa.nn.layer;

import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Computes nothing: outputs have their shapes and undefined elements. Layers are built on it. */
final class SpecBackend implements Backend {
  private record Nothing(List<Layout> outputLayouts) implements Prepared {
    @Override
    public void run(Storage[] inputs, Storage[] outputs, MemorySegment scratch) {}
  }

  @Override
  public String name() {
    return "specs";
  }

  @Override
  public Prepared prepare(
      Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs) {
    return new Nothing(
        outputs.stream()
            .<Layout>map(spec -> Layout.Strided.contiguous(spec.shape().dims()))
            .toList());
  }
}
