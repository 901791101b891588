package dev.balboa.conformance;

import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;

/**
 * Compares results with expected ones: whole numbers and Booleans exactly; floating-point numbers
 * to 1e-5 of the expected one, plus 1e-6 of the largest in the tensor, since most expected numbers
 * were themselves computed in F32 and sums may cancel. ONNX's own runner allows 1e-3.
 */
final class Comparison {
  static final double RELATIVE = 1e-5;
  static final double OF_LARGEST = 1e-6;

  private Comparison() {}

  static void check(String what, Tensor got, Elements expected, double relative) {
    if (got.dtype() != expected.type().balboa()) {
      throw new AssertionError(
          what + ": expected type " + expected.type().balboa() + ", got " + got.dtype());
    }
    if (!Arrays.equals(got.shape().dims(), expected.dims())) {
      throw new AssertionError(
          what + ": expected shape " + expected.shape() + ", got " + got.shape());
    }
    double[] x = Call.numbers(got);
    double[] y = expected.doubles();
    boolean exact = !got.dtype().isFloating();
    double largest = Arrays.stream(y).map(Math::abs).filter(Double::isFinite).max().orElse(0);
    for (int i = 0; i < y.length; i++) {
      double allowed = exact ? 0 : relative * Math.abs(y[i]) + OF_LARGEST * largest;
      boolean same = Double.compare(x[i], y[i]) == 0 || x[i] == y[i];
      if (!same && !(Double.isFinite(y[i]) && Math.abs(x[i] - y[i]) <= allowed)) {
        throw new AssertionError(
            what + " at " + i + " of " + expected.shape() + ": expected " + y[i] + ", got " + x[i]);
      }
    }
  }
}
