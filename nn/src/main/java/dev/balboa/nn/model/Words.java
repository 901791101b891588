package dev.balboa.nn.model;

import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.OptionalLong;

/** Batches of ids of words. */
final class Words {
  private Words() {}

  static void check(Tensor ids) {
    if (ids.shape().rank() != 2) {
      throw new IllegalArgumentException("expected ids of words [N, T], got " + ids.spec());
    }
  }

  /**
   * How many ids of each text [N, T] are not padding, I32 [N]; {@code null} if there is no padding.
   */
  static Tensor lengths(Tensor ids, OptionalLong padding) {
    check(ids);
    if (padding.isEmpty()) {
      return null;
    }
    TensorSpec spec = new TensorSpec(Shape.scalar(), ids.dtype());
    Tensor id = Tensors.fill(spec, (double) padding.getAsLong());
    return ids.compare(CompareKind.NE, id).cast(DType.I32).sum(1);
  }
}
