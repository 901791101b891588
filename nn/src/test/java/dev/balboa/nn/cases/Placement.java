package dev.balboa.nn.cases;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How the elements of an input lie in memory. */
sealed interface Placement {
  /** Row-major without gaps. */
  record Dense() implements Placement {}

  /** Row-major, {@code elements} after the start of the memory, so not aligned. */
  record Shifted(int elements) implements Placement {}

  /** The axes lie in another order. */
  record Permuted(List<Integer> order) implements Placement {}

  /** Every {@code step}-th element after {@code start} ones, and {@code tail} more behind. */
  record Sliced(List<Integer> start, List<Integer> step, List<Integer> tail) implements Placement {}

  /** Stride 0 along some axes, whose elements are therefore equal. */
  record Expanded(List<Integer> axes) implements Placement {}

  /** In the memory of input {@code other}, {@code shift} elements behind its start. */
  record Overlapping(int other, int shift) implements Placement {}

  /** In a backend's own layout: the result of a convolution with the identity. */
  record Blocked() implements Placement {}

  /** Any place that suits the purpose of the sample. */
  static Placement draw(Draw d, TensorSpec spec) {
    int rank = spec.shape().rank();
    if (d.purpose() == Draw.Purpose.BLOCKED
        && (spec.dtype() == DType.F32 || spec.dtype() == DType.BF16)
        && rank >= 3
        && rank <= 5
        && spec.shape().size() > 0) {
      return d.chance(0.8) ? new Blocked() : new Dense();
    }
    int kind = d.between(0, d.smooth() ? 7 : 9);
    if (kind < 3 || rank == 0) {
      return new Dense();
    }
    return switch (kind) {
      case 3 -> new Shifted(d.between(1, 5));
      case 4, 5 -> new Permuted(d.permutation(rank));
      case 6, 7 -> sliced(d, rank);
      default -> expanded(d, rank);
    };
  }

  private static Sliced sliced(Draw d, int rank) {
    List<Integer> start = new ArrayList<>();
    List<Integer> step = new ArrayList<>();
    List<Integer> tail = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      start.add(d.chance(0.5) ? 0 : d.between(0, 3));
      step.add(d.chance(0.6) ? 1 : d.between(2, 3));
      tail.add(d.chance(0.5) ? 0 : d.between(0, 3));
    }
    return new Sliced(start, step, tail);
  }

  private static Expanded expanded(Draw d, int rank) {
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      if (d.flip()) {
        axes.add(i);
      }
    }
    return new Expanded(List.copyOf(axes));
  }

  /** How many elements may differ from each other. */
  default int distinct(Shape shape) {
    return Draw.count(reduced(shape));
  }

  /** All elements of {@code shape} in row-major order, from those that may differ. */
  default double[] spread(double[] distinct, Shape shape) {
    Shape reduced = reduced(shape);
    double[] out = new double[Draw.count(shape)];
    for (int i = 0; i < out.length; i++) {
      out[i] = distinct[(int) Indices.offset(Indices.of(i, shape), reduced)];
    }
    return out;
  }

  /** The shape with axes of stride 0 made one. */
  default Shape reduced(Shape shape) {
    long[] dims = shape.dims();
    if (this instanceof Expanded e) {
      Arrays.setAll(dims, i -> e.axes().contains(i) ? Math.min(1, dims[i]) : dims[i]);
    }
    return Shape.of(dims);
  }
}
