package dev.balboa.nn.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.backend.LinalgException;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Matrices whose factors are known, and matrices that have none, on both backends. */
class LinalgTest {
  private static void on(TestBackend backend, Runnable body) {
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      body.run();
    }
  }

  private static Tensor f64(double[] elements, long... dims) {
    return Tensor.of(elements, dims);
  }

  private static Tensor hilbert(int n) {
    double[] x = new double[n * n];
    for (int i = 0; i < x.length; i++) {
      x[i] = 1.0 / (i / n + i % n + 1);
    }
    return f64(x, n, n);
  }

  private static void is(Tensor got, double tolerance, double... expected) {
    assertThat(got.toDoubles()).containsExactly(expected, within(tolerance));
  }

  private static void refuses(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isExactlyInstanceOf(LinalgException.class).hasMessage(message);
  }

  /** Of Hilbert's matrix the inverse is whole, and so is one over the determinant. */
  @ParameterizedTest
  @EnumSource
  void hilbertsMatrix(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor h = hilbert(4);
          double[] inverse = {
            16, -120, 240, -140, -120, 1200, -2700, 1680, 240, -2700, 6480, -4200, -140, 1680,
            -4200, 2800
          };
          is(Linalg.inv(h), 1e-8, inverse);
          assertThat(1 / Linalg.det(h).item()).isCloseTo(6_048_000, within(1e-5));
          assertThat(Linalg.slogdet(h).get(1).item())
              .isCloseTo(-Math.log(6_048_000), within(1e-11));
          Tensor l = Linalg.cholesky(h);
          is(l.matmul(l, false, true), 1e-15, h.toDoubles());
          is(Linalg.choleskySolve(l, h), 1e-11, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
          assertThat(Linalg.cond(hilbert(3), MatrixNorm.SPECTRAL).item())
              .isCloseTo(524.0567775860644, within(1e-8));
        });
  }

  @ParameterizedTest
  @EnumSource
  void factorsByHand(TestBackend backend) {
    on(
        backend,
        () -> {
          List<Tensor> qr = Linalg.qr(f64(new double[] {-3, -4}, 2, 1));
          is(qr.get(0), 1e-15, -0.6, -0.8);
          is(qr.get(1), 1e-14, 5);
          List<Tensor> svd = Linalg.svd(f64(new double[] {0, 2, -3, 0}, 2, 2));
          is(svd.get(0), 1e-15, 0, 1, 1, 0);
          is(svd.get(1), 1e-15, 3, 2);
          is(svd.get(2), 1e-15, -1, 0, 0, 1);
          List<Tensor> eigh = Linalg.eigh(f64(new double[] {2, 99, 1, 2}, 2, 2));
          double h = Math.sqrt(0.5);
          is(eigh.get(0), 1e-14, 1, 3);
          is(eigh.get(1), 1e-14, h, h, -h, h);
          Tensor rankOne = f64(new double[] {1, 2, 2, 4, 3, 6}, 3, 2);
          assertThat(Linalg.matrixRank(rankOne, -1).toInts()).containsExactly(1);
          Tensor p = Linalg.pinv(rankOne, -1);
          is(rankOne.matmul(p).matmul(rankOne), 1e-14, 1, 2, 2, 4, 3, 6);
          assertThat(Linalg.slogdet(f64(new double[] {1, 2, 2, 4}, 2, 2)).get(0).item()).isZero();
          Tensor line = f64(new double[] {1, 0, 1, 1, 1, 2}, 3, 2);
          is(Linalg.lstsq(line, f64(new double[] {1, 3, 5})), 1e-14, 1, 2);
        });
  }

  @ParameterizedTest
  @EnumSource
  void matricesWithoutResultAreNamed(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor two = f64(new double[] {4, 0, 0, 4, 1, 2, 2, 1}, 2, 2, 2);
          refuses(
              () -> Linalg.cholesky(two),
              "cholesky: matrix 1 is not positive definite: its leading minor of order 2 is not");
          Tensor singular = f64(new double[] {1, 2, 2, 4}, 2, 2);
          refuses(() -> Linalg.inv(singular), "solve: matrix 0 is singular: pivot 1 is zero");
          refuses(
              () ->
                  Linalg.solveTriangular(
                      f64(new double[] {0, 1, 0, 1}, 2, 2), singular, true, false, false),
              "triangular_solve: matrix 0 is singular: pivot 0 is zero");
          Tensor nan = f64(new double[] {1, 2, Double.NaN, 4}, 2, 2);
          String message = " matrix 0 has an element that is not finite: NaN";
          refuses(() -> Linalg.svd(nan), "svd:" + message);
          refuses(() -> Linalg.eigh(nan), "eigh:" + message);
          refuses(() -> Linalg.qr(nan), "qr:" + message);
          refuses(() -> Linalg.solve(singular, nan), "solve:" + message);
          refuses(() -> Linalg.det(nan), "det:" + message);
        });
  }
}
