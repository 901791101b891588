package dev.balboa.conformance.pytorch;

import dev.balboa.nn.op.DType;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Compares what both libraries give, tensor by tensor: no element may be further from PyTorch's
 * than a tolerance times the largest magnitude of PyTorch's tensor.
 *
 * <p>Relative to the largest and not to each element, because an element is a sum of products that
 * may cancel: its error has the size of its terms, not of what is left of them. Both libraries
 * compute in the type itself, each in an order of its own; with N terms and machine precision u
 * their difference is at most some N u times the terms, and usually far less: 1e-5 is 170 u in F32.
 */
final class Agreement {
  static final double F32 = 1e-5;
  static final double F64 = 1e-12;

  private double worst;
  private String worstAt = "nothing";

  /** Both types, both backends. */
  void check(String sample, Consumer<TorchSide> torch, Consumer<BalboaSide> balboa) {
    check(sample, torch, UnaryOperator.identity(), balboa);
  }

  /**
   * Both types, both backends.
   *
   * @param translation of PyTorch's results into those that Balboa gives
   */
  void check(
      String sample,
      Consumer<TorchSide> torch,
      UnaryOperator<Map<String, Numbers>> translation,
      Consumer<BalboaSide> balboa) {
    checkF32(sample, torch, translation, balboa);
    Map<String, Numbers> wide = translation.apply(TorchSide.run(ScalarType.Double, torch));
    BalboaSide.run(DType.F64, balboa)
        .forEach((backend, got) -> compare(sample + ", F64 " + backend, wide, got, F64));
  }

  /** F32 only, as layers have it; both backends. */
  void checkF32(
      String sample,
      Consumer<TorchSide> torch,
      UnaryOperator<Map<String, Numbers>> translation,
      Consumer<BalboaSide> balboa) {
    Map<String, Numbers> expected = translation.apply(TorchSide.run(ScalarType.Float, torch));
    BalboaSide.run(DType.F32, balboa)
        .forEach((backend, got) -> compare(sample + ", F32 " + backend, expected, got, F32));
  }

  private void compare(
      String sample, Map<String, Numbers> expected, Map<String, Numbers> got, double tolerance) {
    if (!expected.keySet().equals(got.keySet())) {
      throw new AssertionError(
          "%s: expected %s, got %s".formatted(sample, expected.keySet(), got.keySet()));
    }
    for (Map.Entry<String, Numbers> e : expected.entrySet()) {
      double error = error(sample + ", " + e.getKey(), e.getValue(), got.get(e.getKey()));
      if (!(error <= tolerance)) {
        throw new AssertionError(
            "%s, %s: differs from PyTorch by %.2g of the largest element; allowed is %.2g"
                .formatted(sample, e.getKey(), error, tolerance));
      }
      if (error / tolerance > worst) {
        worst = error / tolerance;
        worstAt = "%.2g in %s of %s".formatted(error, e.getKey(), sample);
      }
    }
  }

  private static double error(String what, Numbers expected, Numbers got) {
    if (!expected.shape().equals(got.shape())) {
      throw new AssertionError(
          "%s: expected shape %s, got %s".formatted(what, expected.shape(), got.shape()));
    }
    double[] x = expected.values();
    double[] y = got.values();
    double difference = 0;
    for (int i = 0; i < x.length; i++) {
      difference = Math.max(difference, Math.abs(x[i] - y[i])); // NaN if any is
    }
    return difference == 0 ? 0 : difference / expected.largest();
  }

  /** The difference that came closest to its tolerance. */
  String worst() {
    return worstAt;
  }
}
