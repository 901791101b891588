package dev.balboa.nn.layer;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;

/**
 * A random matrix whose shorter side's vectors are orthonormal (Saxe et al., 2014): normal numbers,
 * orthonormalised by Gram and Schmidt, twice, which is enough.
 */
final class Orthogonal {
  private Orthogonal() {}

  static Tensor draw(Shape shape, double gain, RandomStream random) {
    if (shape.rank() < 2) {
      throw new IllegalArgumentException(
          "orthogonal: expected a weight of rank 2 or more, got " + shape);
    }
    int rows = Math.toIntExact(shape.dim(0));
    int columns = Math.toIntExact(shape.slice(1, shape.rank()).size());
    float[] x = Tensors.normal(random, 0, 1, shape).toFloats();
    int count = Math.min(rows, columns);
    int length = Math.max(rows, columns);
    boolean byRow = rows <= columns;
    double[][] vectors = new double[count][length];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < length; j++) {
        vectors[i][j] = byRow ? x[i * columns + j] : x[j * columns + i];
      }
      orthonormalise(vectors, i);
      for (int j = 0; j < length; j++) {
        x[byRow ? i * columns + j : j * columns + i] = (float) (gain * vectors[i][j]);
      }
    }
    return Tensor.of(x, shape.dims());
  }

  private static void orthonormalise(double[][] vectors, int last) {
    double[] v = vectors[last];
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < last; i++) {
        double along = dot(v, vectors[i]);
        for (int j = 0; j < v.length; j++) {
          v[j] -= along * vectors[i][j];
        }
      }
    }
    double norm = Math.sqrt(dot(v, v));
    for (int j = 0; j < v.length; j++) {
      v[j] /= norm;
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
