package dev.balboa.nn.data.text;

import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Which places of a batch of token indices hold tokens, and which padding, index 0. */
public final class Padding {
  private Padding() {}

  /** Writes a sequence and fills the rest with zeros. */
  static void write(int[] sequence, MemorySegment target) {
    MemorySegment.copy(sequence, 0, target, ValueLayout.JAVA_INT, 0, sequence.length);
    target.asSlice((long) sequence.length * Integer.BYTES).fill((byte) 0);
  }

  /** True where there is a token: BOOL [N, length] for indices I32 [N, length]. */
  public static Tensor mask(Tensor ids) {
    check(ids);
    Tensor padding = Tensors.fill(new TensorSpec(Shape.scalar(), DType.I32), 0);
    return ids.compare(CompareKind.NE, padding);
  }

  /**
   * How many tokens each sequence has, I32 [N] for indices I32 [N, length]: up to its last one, so
   * that padding must be at the end.
   */
  public static Tensor lengths(Tensor ids) {
    check(ids);
    int[] elements = ids.toInts();
    int rows = (int) ids.shape().dim(0);
    int columns = (int) ids.shape().dim(1);
    int[] lengths = new int[rows];
    for (int row = 0; row < rows; row++) {
      int length = columns;
      while (length > 0 && elements[row * columns + length - 1] == 0) {
        length--;
      }
      lengths[row] = length;
    }
    return Tensor.of(lengths);
  }

  private static void check(Tensor ids) {
    if (ids.shape().rank() != 2 || ids.dtype() != DType.I32) {
      throw new IllegalArgumentException(
          "padding: expected indices I32[N, length], got " + ids.spec());
    }
  }
}
