package dev.balboa.conformance.pytorch;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Numbers in a shape, in row-major order: what both libraries are given and what they give. Drawn
 * ones are exact in F32, so that every type starts from the same.
 */
final class Numbers {
  private final Shape shape;
  private final double[] values;

  Numbers(Shape shape, double... values) {
    if (shape.size() != values.length) {
      throw new IllegalArgumentException(values.length + " numbers for shape " + shape);
    }
    this.shape = shape;
    this.values = values;
  }

  /** Normally distributed. */
  static Numbers normal(SplittableRandom random, double deviation, long... dims) {
    Shape shape = Shape.of(dims);
    double[] values = new double[Math.toIntExact(shape.size())];
    Arrays.setAll(values, i -> (float) (deviation * random.nextGaussian()));
    return new Numbers(shape, values);
  }

  /** The same numbers for the same name and seed, of the size that a linear map wants. */
  static Numbers named(long seed, String name, long... dims) {
    SplittableRandom random = new SplittableRandom(31 * seed + name.hashCode());
    return normal(random, 1 / Math.sqrt((double) dims[dims.length - 1]), dims);
  }

  static Numbers of(Tensor tensor) {
    double[] values = tensor.dtype() == DType.F64 ? tensor.toDoubles() : widened(tensor.toFloats());
    return new Numbers(tensor.shape(), values);
  }

  private static double[] widened(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }

  static Numbers of(org.bytedeco.pytorch.Tensor tensor) {
    var plain = tensor.detach().to(ScalarType.Double).contiguous();
    double[] values = new double[Math.toIntExact(plain.numel())];
    plain.data_ptr_double().get(values);
    return new Numbers(Shape.of(tensor.shape()), values);
  }

  Shape shape() {
    return shape;
  }

  double[] values() {
    return values.clone();
  }

  /** As a tensor of Balboa, in the current scope. */
  Tensor balboa(DType dtype) {
    return Tensor.of(values, shape.dims()).cast(dtype);
  }

  /** As a tensor of PyTorch, in the current pointer scope. */
  org.bytedeco.pytorch.Tensor torch(ScalarType dtype) {
    try (DoublePointer pointer = new DoublePointer(values)) {
      return torch
          .from_blob(
              pointer, shape.dims(), new org.bytedeco.pytorch.TensorOptions(ScalarType.Double))
          .to(dtype)
          .clone();
    }
  }

  double largest() {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
  }

  // ---- Parts, for the conventions of others ----

  Numbers transposed() {
    int rows = Math.toIntExact(shape.dim(0));
    int columns = Math.toIntExact(shape.dim(1));
    double[] x = new double[values.length];
    Arrays.setAll(x, i -> values[i % rows * columns + i / rows]);
    return new Numbers(Shape.of(columns, rows), x);
  }

  /** Equal blocks of the first axis, in another order or fewer of them. */
  Numbers blocks(int count, int... order) {
    int block = values.length / count;
    double[] x = new double[block * order.length];
    for (int i = 0; i < order.length; i++) {
      System.arraycopy(values, order[i] * block, x, i * block, block);
    }
    return new Numbers(shape.with(0, shape.dim(0) / count * order.length), x);
  }

  /** Both, one after the other on the first axis. */
  Numbers then(Numbers other) {
    double[] x = Arrays.copyOf(values, values.length + other.values.length);
    System.arraycopy(other.values, 0, x, values.length, other.values.length);
    return new Numbers(shape.with(0, shape.dim(0) + other.shape.dim(0)), x);
  }

  Numbers plus(Numbers other) {
    double[] x = new double[values.length];
    Arrays.setAll(x, i -> values[i] + other.values[i]);
    return new Numbers(shape, x);
  }

  Numbers reshaped(long... dims) {
    return new Numbers(Shape.of(dims), values);
  }
}
