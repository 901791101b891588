package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Symmetric and triangular routines against full matrices in plain loops, and moves of vectors. */
class BlasStructuredTest {
  private static final int N = 7;
  private static final int M = 5;
  private static final int LD = 9;

  private final Arena arena = Arena.ofConfined();
  private final Random random = new Random(2);

  @AfterEach
  void free() {
    arena.close();
  }

  private double[] values(int count) {
    return random.doubles(count, -1, 1).toArray();
  }

  private MemorySegment f64(double... values) {
    return arena.allocateFrom(ValueLayout.JAVA_DOUBLE, values);
  }

  private MemorySegment f32(double... values) {
    MemorySegment segment = arena.allocate(values.length * 4L, 64);
    for (int i = 0; i < values.length; i++) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[i]);
    }
    return segment;
  }

  private static void close(double[] expected, MemorySegment f32, MemorySegment f64) {
    assertThat(f64.toArray(ValueLayout.JAVA_DOUBLE)).containsExactly(expected, within(1e-12));
    float[] single = f32.toArray(ValueLayout.JAVA_FLOAT);
    assertThat(single).hasSameSizeAs(expected);
    for (int i = 0; i < single.length; i++) {
      assertThat((double) single[i]).as("element %d", i).isCloseTo(expected[i], within(1e-4));
    }
  }

  private static boolean stored(boolean upper, int i, int j) {
    return upper ? j >= i : j <= i;
  }

  /** [order, order] from one triangle, with distance LD between rows. */
  private static double[][] symmetric(boolean upper, int order, double... a) {
    double[][] full = new double[order][order];
    for (int i = 0; i < order; i++) {
      for (int j = 0; j < order; j++) {
        full[i][j] = stored(upper, i, j) ? a[i * LD + j] : a[j * LD + i];
      }
    }
    return full;
  }

  private static double[][] triangular(
      boolean upper, boolean transposed, boolean unit, int order, double... a) {
    double[][] full = new double[order][order];
    for (int i = 0; i < order; i++) {
      for (int j = 0; j < order; j++) {
        double x = i == j && unit ? 1 : stored(upper, i, j) ? a[i * LD + j] : 0;
        full[transposed ? j : i][transposed ? i : j] = x;
      }
    }
    return full;
  }

  /** [rows, columns] of memory, or its transpose. */
  private static double[][] full(boolean transposed, int rows, int columns, double... a) {
    double[][] full = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        full[i][j] = transposed ? a[j * LD + i] : a[i * LD + j];
      }
    }
    return full;
  }

  private static double[][] transposed(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < c[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }

  /** c with alpha p + beta c in the places that are written: one triangle or all. */
  private static double[] updated(
      double alpha, double[][] p, double beta, double[] c, Boolean upper) {
    double[] result = c.clone();
    for (int i = 0; i < p.length; i++) {
      for (int j = 0; j < p[0].length; j++) {
        if (upper == null || stored(upper, i, j)) {
          result[i * LD + j] = alpha * p[i][j] + beta * c[i * LD + j];
        }
      }
    }
    return result;
  }

  @ParameterizedTest
  @CsvSource({"true, false", "true, true", "false, false", "false, true"})
  void symmetricMatrices(boolean upper, boolean other) {
    double[] a = values(N * LD);
    double[] b = values(N * LD);
    double[] c = values(N * LD);
    int order = other ? N : M;
    double[][] sym = symmetric(upper, order, a);
    double[][] right = full(false, M, N, b);
    double[] expected =
        updated(1.5, other ? product(right, sym) : product(sym, right), 0.5, c, null);
    MemorySegment s = f32(c);
    MemorySegment d = f64(c);
    BlasSymmetric.ssymm(other, upper, M, N, 1.5f, f32(a), LD, f32(b), LD, 0.5f, s, LD);
    BlasSymmetric.dsymm(other, upper, M, N, 1.5, f64(a), LD, f64(b), LD, 0.5, d, LD);
    close(expected, s, d);

    double[][] opA = full(other, N, M, a);
    double[][] opB = full(other, N, M, b);
    expected = updated(-0.5, product(opA, transposed(opA)), 2, c, upper);
    s = f32(c);
    d = f64(c);
    BlasSymmetric.ssyrk(upper, other, N, M, -0.5f, f32(a), LD, 2, s, LD);
    BlasSymmetric.dsyrk(upper, other, N, M, -0.5, f64(a), LD, 2, d, LD);
    close(expected, s, d);

    double[] half = updated(1, product(opA, transposed(opB)), 1, c, upper);
    expected = updated(1, product(opB, transposed(opA)), 1, half, upper);
    s = f32(c);
    d = f64(c);
    BlasSymmetric.ssyr2k(upper, other, N, M, 1, f32(a), LD, f32(b), LD, 1, s, LD);
    BlasSymmetric.dsyr2k(upper, other, N, M, 1, f64(a), LD, f64(b), LD, 1, d, LD);
    close(expected, s, d);
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void symmetricMatricesAndVectors(boolean upper) {
    double[] a = values(N * LD);
    double[] x = values(2 * N);
    double[] y = values(N);
    double[][] sym = symmetric(upper, N, a);
    double[] expected = y.clone();
    double[][] outer = new double[N][N];
    for (int i = 0; i < N; i++) {
      expected[i] = -y[i];
      for (int j = 0; j < N; j++) {
        expected[i] += 2 * sym[i][j] * x[2 * j];
        outer[i][j] = x[2 * i] * x[2 * j];
      }
    }
    MemorySegment s = f32(y);
    MemorySegment d = f64(y);
    BlasSymmetric.ssymv(upper, N, 2, f32(a), LD, f32(x), 2, -1, s, 1);
    BlasSymmetric.dsymv(upper, N, 2, f64(a), LD, f64(x), 2, -1, d, 1);
    close(expected, s, d);
    s = f32(a);
    d = f64(a);
    BlasSymmetric.ssyr(upper, N, 3, f32(x), 2, s, LD);
    BlasSymmetric.dsyr(upper, N, 3, f64(x), 2, d, LD);
    close(updated(3, outer, 1, a, upper), s, d);
  }

  @ParameterizedTest
  @CsvSource({
    "true, false, false, false", "true, true, false, true", "false, false, true, false",
    "false, true, true, true", "true, true, true, false", "false, false, false, true"
  })
  void triangularMatrices(boolean upper, boolean trans, boolean unit, boolean right) {
    double[] a = values(N * LD);
    for (int i = 0; i < N; i++) {
      a[i * LD + i] += 3;
    }
    double[] b = values(M * LD);
    double[][] tri = triangular(upper, trans, unit, right ? N : M, a);
    double[][] full = full(false, M, N, b);
    double[][] p = right ? product(full, tri) : product(tri, full);
    MemorySegment s = f32(b);
    MemorySegment d = f64(b);
    BlasTriangular.strmm(right, upper, trans, unit, M, N, 0.5f, f32(a), LD, s, LD);
    BlasTriangular.dtrmm(right, upper, trans, unit, M, N, 0.5, f64(a), LD, d, LD);
    close(updated(0.5, p, 0, b, null), s, d);

    double[] x = values(N);
    double[][] square = triangular(upper, trans, unit, N, a);
    double[] y = new double[N];
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) {
        y[i] += square[i][j] * x[j];
      }
    }
    s = f32(x);
    d = f64(x);
    BlasTriangular.strmv(upper, trans, unit, N, f32(a), LD, s, 1);
    BlasTriangular.dtrmv(upper, trans, unit, N, f64(a), LD, d, 1);
    close(y, s, d);
    BlasTriangular.strsv(upper, trans, unit, N, f32(a), LD, s, 1);
    BlasTriangular.dtrsv(upper, trans, unit, N, f64(a), LD, d, 1);
    close(x, s, d);
  }

  @Test
  void vectorsAreCopiedExchangedAndRotated() {
    MemorySegment xs = f32(1, 9, 2);
    MemorySegment ys = f32(3, 4);
    MemorySegment xd = f64(1, 9, 2);
    MemorySegment yd = f64(3, 4);
    BlasVector.sswap(2, xs, 2, ys, 1);
    BlasVector.dswap(2, xd, 2, yd, 1);
    close(new double[] {3, 9, 4}, xs, xd);
    close(new double[] {1, 2}, ys, yd);
    BlasVector.srot(2, xs, 2, ys, 1, 0.6f, 0.8f);
    BlasVector.drot(2, xd, 2, yd, 1, 0.6, 0.8);
    close(new double[] {2.6, 9, 4}, xs, xd);
    close(new double[] {-1.8, -2}, ys, yd);
    BlasVector.scopy(2, ys, 1, xs, 2);
    BlasVector.dcopy(2, yd, 1, xd, 2);
    close(new double[] {-1.8, 9, -2}, xs, xd);
  }

  @Test
  void wrongSizesNeverReachTheLibrary() {
    MemorySegment four = f32(1, 2, 3, 4);
    refused(
        () -> BlasSymmetric.ssymm(true, true, 1, 3, 1, four, 3, four, 3, 0, four, 3),
        "ssymm: a [3, 3] with leading dimension 3 needs 9 elements, the segment has 4");
    refused(
        () -> BlasSymmetric.ssyrk(true, true, 3, 1, 1, four, 3, 0, four, 3),
        "ssyrk: c [3, 3] with leading dimension 3 needs 9 elements, the segment has 4");
    refused(
        () -> BlasSymmetric.ssyr2k(true, false, 2, 3, 1, four, 3, four, 3, 0, four, 2),
        "ssyr2k: a [2, 3] with leading dimension 3 needs 6 elements, the segment has 4");
    refused(
        () -> BlasSymmetric.ssymv(true, 2, 1, four, 1, four, 1, 0, four, 1),
        "ssymv: leading dimension 1 of a is below its 2 columns");
    refused(
        () -> BlasSymmetric.ssyr(true, 2, 1, four, 4, four, 2),
        "ssyr: x of length 2 and increment 4 needs 5 elements, the segment has 4");
    refused(
        () -> BlasTriangular.strmm(false, true, false, false, -1, 2, 1, four, 2, four, 2),
        "strmm: negative size: m=-1, n=2");
    refused(
        () -> BlasTriangular.strsv(true, false, false, 3, four, 3, four, 1),
        "strsv: a [3, 3] with leading dimension 3 needs 9 elements, the segment has 4");
    refused(
        () -> BlasVector.srot(3, four, 1, four, 2, 1, 0),
        "srot: y of length 3 and increment 2 needs 5 elements, the segment has 4");
  }

  private static void refused(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
