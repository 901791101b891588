package dev.balboa.nn.exec;

import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;

/** A value that exists in memory. */
public record ArrayValue(TensorSpec spec, Storage storage) implements Value {
  /** Whether the elements lie densely in row-major order. */
  public boolean isContiguous() {
    return storage.layout() instanceof Layout.Strided s && s.isContiguous(spec.shape().dims());
  }
}
