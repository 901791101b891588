package dev.balboa.nn.layer;

import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Computes nothing but counts the multiply-adds that would be: outputs have their shapes and
 * undefined elements, and are one number seen from everywhere, so that building a layer takes no
 * memory for what it would compute. Constants and dense copies have a place for each element, which
 * can be written to. Layers are built and summed up on it.
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
    boolean dense = inputs.isEmpty() || op instanceof Contiguous;
    List<Layout> results = outputs.stream().map(spec -> layout(spec, dense)).toList();
    return new Counting(results, op.multiplyAdds(inputs));
  }

  private static Layout layout(TensorSpec spec, boolean dense) {
    return dense
        ? Layout.Strided.contiguous(spec.shape().dims())
        : Layout.Strided.of(new long[spec.shape().rank()]);
  }
}
