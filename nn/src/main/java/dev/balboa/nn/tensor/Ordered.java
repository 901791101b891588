package dev.balboa.nn.tensor;

import dev.balboa.nn.op.Op;
import java.util.List;

/** Values in an order, and as I32 where they were along their axis. */
public record Ordered(Tensor values, Tensor indices) {
  static Ordered of(Op op, Tensor x) {
    List<Tensor> both = Tensor.apply(op, x);
    return new Ordered(both.get(0), both.get(1));
  }
}
