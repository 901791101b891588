package dev.balboa.nn.tensor;

import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;

/** Products. Part of {@link Tensor}. */
sealed interface ProductMethods permits Tensor {

  private Tensor then(Op op, Tensor... others) {
    return Tensor.then((Tensor) this, op, others);
  }

  /** The shape. */
  Shape shape();

  /**
   * Matrix product over the last two dimensions; leading ones broadcast. A vector on the left is a
   * row, one on the right a column, and the result lacks that dimension; of two vectors it is a
   * scalar.
   */
  default Tensor matmul(Tensor other) {
    boolean row = shape().rank() == 1;
    boolean column = other.shape().rank() == 1;
    Tensor left = row ? ((Tensor) this).unsqueeze(0) : (Tensor) this;
    Tensor right = column ? other.unsqueeze(1) : other;
    Tensor product = Tensor.then(left, new Matmul(false, false), right);
    Tensor narrow = column ? product.squeeze(-1) : product;
    return row ? narrow.squeeze(column ? -1 : -2) : narrow;
  }

  /** Matrix product with either operand transposed in its last two dimensions. */
  default Tensor matmul(Tensor other, boolean transposeThis, boolean transposeOther) {
    return then(new Matmul(transposeThis, transposeOther), other);
  }
}
