package dev.balboa.nn.tensor;

import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Op;

/** Products. Part of {@link Tensor}. */
sealed interface ProductMethods permits Tensor {

  private Tensor then(Op op, Tensor... others) {
    return Tensor.then((Tensor) this, op, others);
  }

  /** Matrix product over the last two dimensions; leading ones broadcast. */
  default Tensor matmul(Tensor other) {
    return then(new Matmul(false, false), other);
  }

  /** Matrix product with either operand transposed in its last two dimensions. */
  default Tensor matmul(Tensor other, boolean transposeThis, boolean transposeOther) {
    return then(new Matmul(transposeThis, transposeOther), other);
  }
}
