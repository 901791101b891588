package dev.balboa.nn.backend.reference;

/** The inner loop of all products. */
final class Rows {
  private Rows() {}

  /** y += a x for {@code count} elements from {@code xs} and {@code ys} on. */
  static void add(double a, double[] x, int xs, double[] y, int ys, int count) {
    for (int i = 0; i < count; i++) {
      y[ys + i] += a * x[xs + i];
    }
  }
}
