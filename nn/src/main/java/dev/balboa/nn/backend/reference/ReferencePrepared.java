package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Loads the inputs into Java arrays, computes, stores the outputs. */
final class ReferencePrepared implements Prepared {
  private final List<Access> reads;
  private final List<Access> writes;
  private final List<Layout> layouts;
  private final Kernel kernel;

  ReferencePrepared(List<Access> reads, List<Access> writes, List<Layout> layouts, Kernel kernel) {
    this.reads = List.copyOf(reads);
    this.writes = List.copyOf(writes);
    this.layouts = List.copyOf(layouts);
    this.kernel = kernel;
  }

  @Override
  public List<Layout> outputLayouts() {
    return layouts;
  }

  @Override
  public void run(Storage[] inputs, Storage[] outputs, MemorySegment scratch) {
    Elements[] out = new Elements[writes.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = writes.get(i).zeros();
    }
    kernel.run(load(reads, inputs), out);
    for (int i = 0; i < out.length; i++) {
      writes.get(i).store(out[i], outputs[i].segment());
    }
  }

  static Elements[] load(List<Access> reads, Storage[] inputs) {
    Elements[] in = new Elements[reads.size()];
    for (int i = 0; i < in.length; i++) {
      in[i] = reads.get(i).load(inputs[i].segment());
    }
    return in;
  }
}
