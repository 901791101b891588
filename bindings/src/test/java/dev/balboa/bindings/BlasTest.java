package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlasTest {

  private final Arena arena = Arena.ofConfined();
  private final Random random = new Random(1);

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

  private static double[] doubles(MemorySegment f32) {
    float[] values = f32.toArray(ValueLayout.JAVA_FLOAT);
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }

  private static double[] naive(
      boolean ta,
      boolean tb,
      int m,
      int n,
      int k,
      double[] a,
      int lda,
      double[] b,
      int ldb,
      double beta,
      double[] c,
      int ldc) {
    double[] result = c.clone();
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int p = 0; p < k; p++) {
          sum += (ta ? a[p * lda + i] : a[i * lda + p]) * (tb ? b[j * ldb + p] : b[p * ldb + j]);
        }
        result[i * ldc + j] = 1.5 * sum + beta * c[i * ldc + j];
      }
    }
    return result;
  }

  @ParameterizedTest
  @CsvSource({
    "false, false, 3, 4, 5", "true, false, 7, 2, 9", "false, true, 1, 17, 33",
    "true, true, 65, 63, 70", "false, false, 5, 6, 0", "true, false, 1, 1, 1"
  })
  void gemm(boolean ta, boolean tb, int m, int n, int k) {
    int lda = (ta ? m : k) + 3;
    int ldb = (tb ? k : n) + 1;
    int ldc = n + 2;
    double[] a = values((ta ? k : m) * lda);
    double[] b = values((tb ? n : k) * ldb);
    double[] c = values(m * ldc);
    double[] expected = naive(ta, tb, m, n, k, a, lda, b, ldb, 0.5, c, ldc);
    MemorySegment sc = f32(c);
    Blas.sgemm(ta, tb, m, n, k, 1.5f, f32(a), lda, f32(b), ldb, 0.5f, sc, ldc);
    assertThat(doubles(sc)).containsExactly(expected, within(1e-5 * (1 + k)));
    MemorySegment dc = f64(c);
    Blas.dgemm(ta, tb, m, n, k, 1.5, f64(a), lda, f64(b), ldb, 0.5, dc, ldc);
    assertThat(dc.toArray(ValueLayout.JAVA_DOUBLE)).containsExactly(expected, within(1e-12));
  }

  @Test
  void gemmBatchUsesStridesAndRepeatsOperandsOfStrideZero() {
    double[] a = values(3 * 8);
    double[] b = values(6);
    double[] c = new double[3 * 12];
    MemorySegment sc = f32(c);
    Blas.sgemmBatch(false, false, 4, 3, 2, 1.5f, f32(a), 2, 8, f32(b), 3, 0, 0f, sc, 3, 12, 3);
    MemorySegment dc = f64(c);
    Blas.dgemmBatch(false, false, 4, 3, 2, 1.5, f64(a), 2, 8, f64(b), 3, 0, 0, dc, 3, 12, 3);
    for (int i = 0; i < 3; i++) {
      double[] part = java.util.Arrays.copyOfRange(a, i * 8, i * 8 + 8);
      double[] expected = naive(false, false, 4, 3, 2, part, 2, b, 3, 0, new double[12], 3);
      assertThat(doubles(sc.asSlice(i * 48L, 48))).containsExactly(expected, within(1e-6));
      assertThat(dc.asSlice(i * 96L, 96).toArray(ValueLayout.JAVA_DOUBLE))
          .containsExactly(expected, within(1e-12));
    }
  }

  @Test
  void batchesAllocateNothing() {
    MemorySegment a = f32(new double[300]);
    for (int i = 0; i < 20_000; i++) {
      Blas.sgemmBatch(false, false, 2, 2, 2, 1f, a, 2, 8, a, 2, 8, 0f, a, 2, 8, 4);
    }
    long before = AllocatedBytes.ofThisThread();
    for (int i = 0; i < 10_000; i++) {
      Blas.sgemmBatch(false, false, 2, 2, 2, 1f, a, 2, 8, a, 2, 8, 0f, a, 2, 8, 4);
    }
    assertThat(AllocatedBytes.ofThisThread() - before).isLessThan(10_000);
  }

  @Test
  void anEmptyBatchIsDoneAndOneWithoutProductsScales() {
    MemorySegment c = f32(1, 2, 3, 4);
    MemorySegment empty = arena.allocate(0);
    Blas.sgemmBatch(false, false, 1, 2, 0, 1f, empty, 1, 5, empty, 2, 5, 2f, c, 2, 2, 2);
    assertThat(doubles(c)).containsExactly(2, 4, 6, 8);
    Blas.sgemmBatch(
        false, false, 0, 2, 3, 1f, empty, 3, 9, f32(new double[6]), 2, 0, 2f, empty, 2, 7, 3);
  }

  @Test
  void trsmSolves() {
    double[] lower = {2, 0, 0, 1, 4, 0, -1, 3, 5};
    double[] x = values(6);
    double[] b = new double[6];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 2; j++) {
        for (int p = 0; p <= i; p++) {
          b[i * 2 + j] += lower[i * 3 + p] * x[p * 2 + j];
        }
      }
    }
    MemorySegment s = f32(b);
    Blas.strsm(false, false, false, false, 3, 2, 1f, f32(lower), 3, s, 2);
    assertThat(doubles(s)).containsExactly(x, within(1e-5));
    MemorySegment d = f64(b);
    Blas.dtrsm(false, false, false, false, 3, 2, 1, f64(lower), 3, d, 2);
    assertThat(d.toArray(ValueLayout.JAVA_DOUBLE)).containsExactly(x, within(1e-12));
  }

  @Test
  void matrixVectorRoutines() {
    double[] a = {1, 2, 3, 4, 5, 6};
    MemorySegment y = f64(1, 1, 0);
    Blas.dgemv(false, 2, 3, 1, f64(a), 3, f64(1, 0, -1), 1, 2, y, 1);
    assertThat(y.toArray(ValueLayout.JAVA_DOUBLE)).containsExactly(0, 0, 0);
    MemorySegment ys = f32(0, 0, 0);
    Blas.sgemv(true, 2, 3, 1, f32(a), 3, f32(1, 9, 1), 2, 0, ys, 1);
    assertThat(doubles(ys)).containsExactly(5, 7, 9);
    MemorySegment as = f32(a);
    Blas.sger(2, 3, 2f, f32(1, -1), 1, f32(1, 2, 3), 1, as, 3);
    assertThat(doubles(as)).containsExactly(3, 6, 9, 2, 1, 0);
    MemorySegment ad = f64(a);
    Blas.dger(2, 3, 2, f64(1, -1), 1, f64(1, 2, 3), 1, ad, 3);
    assertThat(ad.toArray(ValueLayout.JAVA_DOUBLE)).containsExactly(3, 6, 9, 2, 1, 0);
  }

  @Test
  void vectorRoutines() {
    double[] x = {3, -4, 0, 12};
    MemorySegment xs = f32(x);
    MemorySegment xd = f64(x);
    assertThat(BlasVector.snrm2(4, xs, 1)).isEqualTo(13f);
    assertThat(BlasVector.dnrm2(2, xd, 1)).isEqualTo(5);
    assertThat(BlasVector.sasum(4, xs, 1)).isEqualTo(19f);
    assertThat(BlasVector.dasum(2, xd, 2)).isEqualTo(3);
    assertThat(BlasVector.isamax(4, xs, 1)).isEqualTo(3);
    assertThat(BlasVector.idamax(3, xd, 1)).isEqualTo(1);
    assertThat(BlasVector.sdot(4, xs, 1, xs, 1)).isEqualTo(169f);
    assertThat(BlasVector.ddot(2, xd, 1, xd, 2)).isEqualTo(9);
    MemorySegment y = f32(1, 1, 1, 1);
    BlasVector.saxpy(4, 2f, xs, 1, y, 1);
    assertThat(doubles(y)).containsExactly(7, -7, 1, 25);
    MemorySegment yd = f64(1, 1, 1, 1);
    BlasVector.daxpy(2, 2, xd, 1, yd, 2);
    assertThat(yd.toArray(ValueLayout.JAVA_DOUBLE)).containsExactly(7, 1, -7, 1);
    BlasVector.sscal(4, 0.5f, xs, 1);
    assertThat(doubles(xs)).containsExactly(1.5, -2, 0, 6);
    BlasVector.dscal(2, 0.5, xd, 1);
    assertThat(xd.toArray(ValueLayout.JAVA_DOUBLE)).containsExactly(1.5, -2, 0, 12);
  }

  @Test
  void largeProductAgreesWithItself() {
    int size = 300;
    double[] a = values(size * size);
    MemorySegment first = f32(new double[size * size]);
    MemorySegment second = f32(new double[size * size]);
    MemorySegment as = f32(a);
    Blas.sgemm(false, true, size, size, size, 1f, as, size, as, size, 0f, first, size);
    for (int row = 0; row < size; row++) {
      Blas.sgemv(
          false,
          size,
          size,
          1f,
          as,
          size,
          as.asSlice(4L * row * size),
          1,
          0f,
          second.asSlice(4L * row * size),
          1);
    }
    double worst =
        DoubleStream.iterate(0, i -> i < size * size, i -> i + 1)
            .map(i -> doubleAt(first, (int) i) - doubleAt(second, (int) i))
            .map(Math::abs)
            .max()
            .orElseThrow();
    assertThat(worst).isLessThan(1e-3);
  }

  private static double doubleAt(MemorySegment f32, int index) {
    return f32.getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }

  @Test
  void wrongSizesNeverReachTheLibrary() {
    MemorySegment four = f32(1, 2, 3, 4);
    refused(
        () -> Blas.sgemm(false, false, 2, 2, 3, 1f, four, 3, four, 2, 0f, four, 2),
        "sgemm: a [2, 3] with leading dimension 3 needs 6 elements, the segment has 4");
    refused(
        () -> Blas.sgemm(false, false, 2, 2, 2, 1f, four, 1, four, 2, 0f, four, 2),
        "sgemm: leading dimension 1 of a is below its 2 columns");
    refused(
        () -> Blas.sgemm(false, false, -1, 2, 2, 1f, four, 2, four, 2, 0f, four, 2),
        "sgemm: negative size: m=-1, n=2, k=2");
    refused(
        () ->
            Blas.sgemm(
                false,
                false,
                Integer.MAX_VALUE,
                2,
                2,
                1f,
                four,
                Integer.MAX_VALUE,
                four,
                2,
                0f,
                four,
                2),
        "needs 4611686011984936964 elements");
    refused(
        () -> Blas.sgemmBatch(false, false, 1, 1, 1, 1f, four, 1, 1, four, 1, 1, 0f, four, 1, 0, 4),
        "sgemmBatch: stride 0 of c makes its matrices [1, 1] overlap");
    refused(
        () -> Blas.sgemmBatch(false, false, 1, 1, 1, 1f, four, 1, 1, four, 1, 1, 0f, four, 1, 1, 5),
        "sgemmBatch: a 5x[1, 1] with leading dimension 1 needs 5 elements, the segment has 4");
    refused(
        () -> Blas.strsm(true, true, false, false, 1, 3, 1f, four, 3, four, 3),
        "strsm: a [3, 3] with leading dimension 3 needs 9 elements, the segment has 4");
    refused(
        () -> BlasVector.sdot(3, four, 2, four, 1),
        "sdot: x of length 3 and increment 2 needs 5 elements, the segment has 4");
    refused(() -> BlasVector.sscal(3, 1f, four, 0), "sscal: x has length 3 and increment 0");
    refused(
        () -> BlasVector.sasum(1, MemorySegment.ofArray(new float[1]), 1),
        "sasum: x is on the heap");
  }

  private static void refused(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void distancesThatOverflowAreRefused() {
    // 18 GiB that nobody may touch.
    MemorySegment huge = MemorySegment.ofAddress(f32(0).address()).reinterpret(18L << 30);
    long stride = (1L << 32) + 8; // times 2^31 - 2 it is beyond 2^63
    assertThatThrownBy(() ->
            DirectGemm.sgemm(
                false,
                false,
                1,
                1,
                1,
                huge,
                1,
                stride,
                huge,
                1,
                0,
                false,
                MemorySegment.NULL,
                false,
                huge,
                1,
                1,
                Integer.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sgemmDirect: a");
  }
}
