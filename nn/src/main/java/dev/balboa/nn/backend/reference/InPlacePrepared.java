package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Loads the inputs into Java arrays, lets the kernel change the first ones, stores those. */
final class InPlacePrepared implements Prepared {
  private static final Elements[] NO_OUTPUTS = {};

  private final List<Access> reads;
  private final int mutated;
  private final Kernel kernel;

  InPlacePrepared(List<Access> reads, int mutated, Kernel kernel) {
    this.reads = List.copyOf(reads);
    this.mutated = mutated;
    this.kernel = kernel;
  }

  @Override
  public List<Layout> outputLayouts() {
    return List.of();
  }

  @Override
  public void run(Storage[] inputs, Storage[] outputs, MemorySegment scratch) {
    Elements[] in = ReferencePrepared.load(reads, inputs);
    kernel.run(in, NO_OUTPUTS);
    for (int i = 0; i < mutated; i++) {
      reads.get(i).store(in[i], inputs[i].segment());
    }
  }
}
