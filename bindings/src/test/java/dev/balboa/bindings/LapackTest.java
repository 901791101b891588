package dev.balboa.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LapackTest {
  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void free() {
    arena.close();
  }

  private MemorySegment f64(double... values) {
    return arena.allocateFrom(ValueLayout.JAVA_DOUBLE, values);
  }

  private MemorySegment numbers(long count) {
    return arena.allocate(ValueLayout.JAVA_DOUBLE, count);
  }

  private MemorySegment wholes(long count) {
    return arena.allocate(ValueLayout.JAVA_INT, count);
  }

  private static void is(MemorySegment got, double... expected) {
    assertThat(got.asSlice(0, expected.length * 8L).toArray(ValueLayout.JAVA_DOUBLE))
        .containsExactly(expected, within(1e-14));
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void cholesky() {
    MemorySegment a = f64(4, 2, 2, 5);
    assertThat(Lapack.dpotrf(false, 2, a)).isZero();
    is(a, 2, 1, 2, 2);
    assertThat(Lapack.dpotrf(true, 2, f64(1, 2, 2, 1))).isEqualTo(2);
    assertThat(Lapack.dpotrf(true, 0, numbers(0))).isZero();
  }

  @Test
  void solve() {
    MemorySegment a = f64(1, 3, 2, 4); // [[1, 2], [3, 4]]
    MemorySegment pivots = wholes(2);
    assertThat(Lapack.dgetrf(2, a, pivots)).isZero();
    MemorySegment b = f64(5, 11);
    Lapack.dgetrs(false, 2, 1, a, pivots, b);
    is(b, 1, 2);
    MemorySegment c = f64(7, 10);
    Lapack.dgetrs(true, 2, 1, a, pivots, c);
    is(c, 1, 2);
    assertThat(Lapack.dgetrf(2, f64(1, 2, 2, 4), pivots)).isEqualTo(2);
    refused(() -> Lapack.dgetrs(false, 2, 1, a, wholes(2), b), "pivot 0 at 0");
  }

  @Test
  void rowMajorFactors() {
    MemorySegment a = f64(1, 2, 3, 4);
    MemorySegment pivots = wholes(2);
    MemorySegment zeros = wholes(1);
    Lu.factor(1, 2, a, 2, pivots, zeros);
    is(a, 3, 4, 1 / 3.0, 2 / 3.0);
    assertThat(zeros.get(ValueLayout.JAVA_INT, 0)).isEqualTo(-1);
    MemorySegment b = f64(5, 11);
    Lu.solve(false, 1, 2, 1, a, 2, pivots, b);
    is(b, 1, 2);
    MemorySegment c = f64(7, 10);
    Lu.solve(true, 1, 2, 1, a, 2, pivots, c);
    is(c, 1, 2);
    Lu.factor(1, 2, f64(1, 2, 2, 4), 2, pivots, zeros);
    assertThat(zeros.get(ValueLayout.JAVA_INT, 0)).isEqualTo(1);
    pivots.set(ValueLayout.JAVA_INT, 0, 2);
    refused(() -> Lu.solve(false, 1, 2, 1, a, 2, pivots, b), "a pivot is outside 0..1");
    refused(() -> Lu.solve(false, 1, 2, 3, a, 2, pivots, b), "b needs 6");
    refused(() -> Lu.factor(1, 2, a, 1, pivots, zeros), "rows 1 apart");
    refused(() -> Lu.factor(2, 2, a, 2, pivots, zeros), "a needs 8");
    refused(() -> Lu.factor(1, 2, a, 2, zeros, zeros), "pivots needs 2");
    assertThat(Lu.rowStride(8)).isEqualTo(8);
    assertThat(Lu.rowStride(256)).isEqualTo(264);
    assertThat(Lu.rowStride(260)).isEqualTo(264);
  }

  @Test
  void wideNumbersThatAreFinite() {
    MemorySegment x = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4);
    MemorySegment y = f64(0, 0, 9, 0, 0, 9);
    assertThat(Lapack.widenFinite(KernelKinds.Type.F32, 2, 2, x, y, 3)).isEqualTo(-1);
    is(y, 1, 2, 9, 3, 4, 9);
    MemorySegment bad = f64(1, 2, Double.NaN, Double.POSITIVE_INFINITY);
    assertThat(Lapack.widenFinite(KernelKinds.Type.F64, 2, 2, bad, y, 3)).isEqualTo(2);
    refused(() -> Lapack.widenFinite(KernelKinds.Type.I32, 1, 1, x, y, 1), "got I32");
    refused(() -> Lapack.widenFinite(KernelKinds.Type.F64, 2, 2, x, y, 2), "x needs 4");
    refused(() -> Lapack.widenFinite(KernelKinds.Type.F32, 2, 2, x, y, 4), "y needs 8");
  }

  @Test
  void triangular() {
    MemorySegment a = f64(2, 1, 9, 4); // [[2, .], [1, 4]]
    MemorySegment b = f64(2, 9);
    assertThat(Lapack.dtrtrs(false, false, false, 2, 1, a, b)).isZero();
    is(b, 1, 2);
    assertThat(Lapack.dtrtrs(false, false, false, 2, 1, f64(2, 1, 0, 0), b)).isEqualTo(2);
  }

  @Test
  void orthogonalFactors() {
    MemorySegment a = f64(3, 4); // one column, which has R = [-+5]
    MemorySegment t = numbers(1);
    MemorySegment work = numbers(Lapack.qrWork(1));
    Lapack.dgeqrt(2, 1, a, t, work);
    double r = a.get(ValueLayout.JAVA_DOUBLE, 0);
    assertThat(Math.abs(r)).isCloseTo(5, within(1e-14));
    MemorySegment c = f64(1, 0);
    Lapack.dgemqrt(false, 2, 1, 1, a, t, c, work);
    is(c, 3 / r, 4 / r);
    Lapack.dgemqrt(true, 2, 1, 1, a, t, c, work);
    is(c, 1, 0);
  }

  @Test
  void orientedRows() {
    MemorySegment x = f64(1, -2, 3, -1);
    MemorySegment other = f64(5, 6);
    Lapack.orientRows(2, 2, 1e-6, x, 1, other);
    is(x, -1, 2, 3, -1);
    is(other, -5, 6);
  }

  @Test
  void singularValuesAndEigenvalues() {
    MemorySegment s = numbers(2);
    MemorySegment work = numbers(Lapack.svdWork(2, 2));
    int info = Lapack.dgesdd(2, 2, f64(0, 2, 3, 0), s, numbers(4), numbers(4), work, wholes(16));
    assertThat(info).isZero();
    is(s, 3, 2);
    MemorySegment values = numbers(2);
    MemorySegment little = numbers(Lapack.singularValuesWork(2, 2));
    assertThat(Lapack.singularValues(2, 2, f64(0, 2, 3, 0), values, little, wholes(16))).isZero();
    is(values, 3, 2);
    MemorySegment a = f64(2, 1, 1, 2);
    MemorySegment w = numbers(2);
    MemorySegment more = numbers(Lapack.eigenWork(2));
    assertThat(Lapack.dsyevd(true, 2, a, w, more, wholes(Lapack.eigenWholes(2)))).isZero();
    is(w, 1, 3);
  }

  @Test
  void wrongSizesNeverReachTheLibrary() {
    MemorySegment three = f64(1, 2, 3);
    refused(() -> Lapack.dpotrf(true, 2, three), "dpotrf: a [2, 2]");
    refused(() -> Lapack.dpotrf(true, -1, three), "negative size");
    refused(() -> Lapack.dgetrf(1, three, wholes(0)), "pivots needs 1");
    refused(() -> Lapack.dtrtrs(true, false, false, 1, 4, three, three), "b [4, 1]");
    refused(() -> Lapack.dgeqrt(1, 3, three, f64(), numbers(9999)), "t [1, 1]");
    refused(() -> Lapack.dgeqrt(1, 3, three, f64(0), three), "work needs 96");
    refused(() -> Lapack.dgemqrt(true, 1, 2, 1, three, three, three, three), "2 reflectors of");
    refused(() -> Lapack.orientRows(2, 2, 0, three, 0, three), "x needs 4");
    refused(() -> Lapack.orientRows(1, 2, 0, three, 4, three), "other needs 4");
    refused(() -> Lapack.dgesdd(1, 3, three, three, three, three, three, wholes(0)), "wholes");
    refused(() -> Lapack.dsyevd(true, 1, three, three, three, wholes(8)), "work needs 9");
    refused(() -> Lapack.dpotrf(true, 1, MemorySegment.ofArray(new double[1])), "a is on the heap");
  }
}
