package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** What {@link ReferenceBackend#prepare} was asked, and the ways to answer with a kernel. */
record Call(Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs) {

  Shape in(int i) {
    return inputs.get(i).shape();
  }

  Shape out(int i) {
    return outputs.get(i).shape();
  }

  /** Reads input {@code i} as it is. */
  Access read(int i) {
    if (layouts.get(i) instanceof Layout.Strided strided) {
      return Access.of(inputs.get(i).dtype(), in(i), strided);
    }
    throw new UnsupportedOperationException(
        ReferenceBackend.NAME + " lacks " + op.name() + " on " + inputs + " in " + layouts);
  }

  /** Writes output {@code i} densely. */
  Access write(int i) {
    return Access.dense(outputs.get(i).dtype(), out(i));
  }

  /** Inputs as they are, outputs dense. */
  Prepared plain(Kernel kernel) {
    return through(reads(this::read), writes(), kernel);
  }

  /** Every input broadcast to the shape of the output. */
  Prepared broadcast(Kernel kernel) {
    return through(reads(i -> read(i).broadcastTo(out(0))), writes(), kernel);
  }

  /** Inputs and output with {@code axis} moved to the end; all have one shape. */
  Prepared alongAxis(int axis, Kernel kernel) {
    int[] order = Axes.last(in(0).rank(), List.of(axis));
    return through(reads(i -> read(i).permute(order)), List.of(write(0).permute(order)), kernel);
  }

  /** Reads and writes as given. */
  Prepared through(List<Access> reads, List<Access> writes, Kernel kernel) {
    return new ReferencePrepared(reads, writes, denseLayouts(), kernel);
  }

  /** The kernel changes the elements of the first inputs, which are written back. */
  Prepared inPlace(int mutated, Kernel kernel) {
    return new InPlacePrepared(reads(this::read), mutated, kernel);
  }

  private List<Access> reads(IntFunction<Access> read) {
    List<Access> all = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      all.add(read.apply(i));
    }
    return all;
  }

  private List<Access> writes() {
    List<Access> all = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      all.add(write(i));
    }
    return all;
  }

  private List<Layout> denseLayouts() {
    List<Layout> all = new ArrayList<>();
    for (TensorSpec spec : outputs) {
      all.add(Layout.Strided.contiguous(spec.shape().dims()));
    }
    return all;
  }
}
