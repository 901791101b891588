package dev.balboa.nn.exec;

import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;

/** A value that exists in memory. */
public record ArrayValue(TensorSpec spec, Storage storage) implements Value {
  /** Whether the elements lie densely in row-major order. */
  public boolean isContiguous() {
    return storage.layout() instanceof Layout.Strided s && isContiguous(s, spec.shape());
  }

  /** As {@link Layout.Strided#isContiguous}, without an array of the dimensions. */
  private static boolean isContiguous(Layout.Strided layout, Shape shape) {
    long expected = 1;
    boolean dense = true;
    for (int i = shape.rank() - 1; i >= 0; i--) {
      long dim = shape.dim(i);
      if (dim == 0) {
        return true;
      }
      dense &= dim == 1 || layout.stride(i) == expected;
      expected *= dim;
    }
    return dense;
  }
}
