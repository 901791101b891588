package dev.balboa.nn.layer;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;

/** What the layers for positions share: rows of numbers, one for each position up to a greatest. */
record PositionTable(String layer, long maxLength) {
  PositionTable {
    if (maxLength < 1 || maxLength > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          layer + ": expected a greatest length >= 1, got " + maxLength);
    }
  }

  /** The entry of a position and a column. */
  @FunctionalInterface
  interface Entry {
    double at(long position, long column);
  }

  /** [maxLength, columns], kept; F64 for F64 inputs, else F32. */
  Tensor create(long columns, DType input, Entry entry) {
    int n = Math.toIntExact(columns);
    double[] numbers = new double[Math.multiplyExact(Math.toIntExact(maxLength), n)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = entry.at(i / n, i % n);
    }
    Tensor table = Tensor.of(numbers, maxLength, columns);
    return (input == DType.F64 ? table : table.cast(DType.F32)).keep();
  }

  /** The rows of a table [maxLength, C] for the positions of x [..., T, C] from an offset on. */
  Tensor rows(Tensor table, Tensor x, long offset) {
    TensorSpec spec = x.spec();
    if (spec.shape().rank() < 2) {
      throw new IllegalArgumentException(layer + ": expected [..., T, C], got " + spec);
    }
    long positions = spec.shape().dim(-2);
    if (offset < 0 || offset > maxLength - positions) {
      throw new IllegalArgumentException(
          "%s: expected positions below %d, got %d from position %d on"
              .formatted(layer, maxLength, positions, offset));
    }
    return table.slice(0, offset, offset + positions);
  }
}
