package dev.balboa.nn.layer;

import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Computes nothing but counts the multiply-adds that would be: outputs have their shapes and
 * undefined elements. Layers are built and summed up on it.
 *
 * <p>Thread rule: for one thread.
 */
final class SpecBackend implements Backend {
  private long multiplyAdds;

  private final class Counting implements Prepared {
    private final List<Layout> outputLayouts;
    private final long cost;

    Counting(List<Layout> outputLayouts, long cost) {
      this.outputLayouts = outputLayouts;
      this.cost = cost;
    }

    @Override
    public List<Layout> outputLayouts() {
      return outputLayouts;
    }

    @Override
    public void run(Storage[] inputs, Storage[] outputs, MemorySegment scratch) {
      multiplyAdds += cost;
    }
  }

  /** Those of all operations so far. */
  long multiplyAdds() {
    return multiplyAdds;
  }

  @Override
  public String name() {
    return "specs";
  }

  @Override
  public Prepared prepare(
      Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs) {
    List<Layout> plain =
        outputs.stream()
            .<Layout>map(spec -> Layout.Strided.contiguous(spec.shape().dims()))
            .toList();
    return new Counting(plain, op.multiplyAdds(inputs));
  }
}
