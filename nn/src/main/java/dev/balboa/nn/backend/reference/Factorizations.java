package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.LinalgException;
import dev.balboa.nn.op.TriangularSolve;

/** Factors of row-major matrices, as textbooks have them (Golub and Van Loan). */
final class Factorizations {
  private Factorizations() {}

  /** Lower triangular factor; reads the lower triangle. */
  static double[] cholesky(String op, int matrix, double[] a, int n) {
    double[] l = new double[n * n];
    for (int j = 0; j < n; j++) {
      for (int i = j; i < n; i++) {
        double sum = a[i * n + j];
        for (int k = 0; k < j; k++) {
          sum -= l[i * n + k] * l[j * n + k];
        }
        if (i == j && !(sum > 0)) {
          throw LinalgException.notPositiveDefinite(op, matrix, j + 1);
        }
        l[i * n + j] = i == j ? Math.sqrt(sum) : sum / l[j * n + j];
      }
    }
    return l;
  }

  /** LU factors over {@code a} with row exchanges: row i is row {@code rows[i]} of the matrix. */
  private static int[] lu(double[] a, int n) {
    int[] rows = new int[n];
    for (int i = 0; i < n; i++) {
      rows[i] = i;
    }
    for (int k = 0; k < n; k++) {
      int pivot = k;
      for (int i = k + 1; i < n; i++) {
        pivot = Math.abs(a[i * n + k]) > Math.abs(a[pivot * n + k]) ? i : pivot;
      }
      swap(rows, a, n, k, pivot);
      if (a[k * n + k] == 0) {
        continue;
      }
      for (int i = k + 1; i < n; i++) {
        a[i * n + k] /= a[k * n + k];
        for (int j = k + 1; j < n; j++) {
          a[i * n + j] -= a[i * n + k] * a[k * n + j];
        }
      }
    }
    return rows;
  }

  private static void swap(int[] rows, double[] a, int n, int i, int k) {
    int row = rows[i];
    rows[i] = rows[k];
    rows[k] = row;
    for (int j = 0; j < n && i != k; j++) {
      double x = a[i * n + j];
      a[i * n + j] = a[k * n + j];
      a[k * n + j] = x;
    }
  }

  /** op(A)^-1 B = U^-1 L^-1 P B, or P^T L^-T U^-T B for the transpose. */
  static double[] solve(
      String op, int matrix, double[] a, double[] b, int n, int columns, boolean transposed) {
    int[] rows = lu(a, n);
    for (int k = 0; k < n; k++) {
      if (a[k * n + k] == 0) {
        throw LinalgException.singular(op, matrix, k);
      }
    }
    double[] x = new double[b.length];
    if (transposed) {
      double[] y = b.clone();
      substitute(new TriangularSolve(true, true, false), a, y, n, columns);
      substitute(new TriangularSolve(false, true, true), a, y, n, columns);
      for (int i = 0; i < n; i++) {
        System.arraycopy(y, i * columns, x, rows[i] * columns, columns);
      }
      return x;
    }
    for (int i = 0; i < n; i++) {
      System.arraycopy(b, rows[i] * columns, x, i * columns, columns);
    }
    substitute(new TriangularSolve(false, false, true), a, x, n, columns);
    substitute(new TriangularSolve(true, false, false), a, x, n, columns);
    return x;
  }

  static double[] triangular(
      TriangularSolve op, int matrix, double[] a, double[] b, int n, int columns) {
    for (int k = 0; k < n; k++) {
      if (!op.unit() && a[k * n + k] == 0) {
        throw LinalgException.singular(op.name(), matrix, k);
      }
    }
    double[] x = b.clone();
    substitute(op, a, x, n, columns);
    return x;
  }

  /** A = Q R and x = R^-1 Q^T b; where A is wide, A^T = Q R and x = Q R^-T b. */
  static double[] leastSquares(
      String op, int matrix, double[] a, double[] b, int m, int n, int columns) {
    boolean tall = m >= n;
    int k = Math.min(m, n);
    double[][] f = tall ? qr(a.clone(), m, n) : qr(Jacobi.transposed(a, m, n), n, m);
    for (int i = 0; i < k; i++) {
      if (f[1][i * k + i] == 0) {
        throw LinalgException.singular(op, matrix, i);
      }
    }
    if (tall) {
      double[] x = times(Jacobi.transposed(f[0], m, k), b, k, m, columns);
      substitute(new TriangularSolve(true, false, false), f[1], x, k, columns);
      return x;
    }
    double[] y = b.clone();
    substitute(new TriangularSolve(true, true, false), f[1], y, k, columns);
    return times(f[0], y, n, k, columns);
  }

  /** a [m, k] times b [k, n]. */
  private static double[] times(double[] a, double[] b, int m, int k, int n) {
    double[] c = new double[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < k; j++) {
        Rows.add(a[i * k + j], b, j * n, c, i * n, n);
      }
    }
    return c;
  }

  private static void substitute(TriangularSolve op, double[] a, double[] x, int n, int columns) {
    boolean upwards = op.upper() != op.transposed();
    for (int step = 0; step < n; step++) {
      int i = upwards ? n - 1 - step : step;
      for (int done = 0; done < step; done++) {
        int k = upwards ? n - 1 - done : done;
        double factor = op.transposed() ? a[k * n + i] : a[i * n + k];
        Rows.add(-factor, x, k * columns, x, i * columns, columns);
      }
      for (int c = 0; c < columns && !op.unit(); c++) {
        x[i * columns + c] /= a[i * n + i];
      }
    }
  }

  static double det(double[] a, int n) {
    double det = sign(lu(a, n));
    for (int k = 0; k < n; k++) {
      det *= a[k * n + k];
    }
    return det;
  }

  static double[][] slogdet(double[] a, int n) {
    double sign = sign(lu(a, n));
    double log = 0;
    for (int k = 0; k < n; k++) {
      sign *= Math.signum(a[k * n + k]);
      log += Math.log(Math.abs(a[k * n + k]));
    }
    return new double[][] {{sign}, {log}};
  }

  /** 1 for an even permutation, -1 for an odd one. */
  private static double sign(int[] rows) {
    double sign = 1;
    for (int i = 0; i < rows.length; i++) {
      for (int k = i + 1; k < rows.length; k++) {
        sign = rows[i] > rows[k] ? -sign : sign;
      }
    }
    return sign;
  }

  /** Q [m, k] and R [k, n] by Householder's reflections. */
  static double[][] qr(double[] a, int m, int n) {
    int k = Math.min(m, n);
    double[] q = new double[m * m];
    for (int i = 0; i < m; i++) {
      q[i * m + i] = 1;
    }
    for (int j = 0; j < k; j++) {
      double norm = 0;
      for (int i = j; i < m; i++) {
        norm = Math.hypot(norm, a[i * n + j]);
      }
      double[] v = new double[m];
      for (int i = j; i < m; i++) {
        v[i] = a[i * n + j];
      }
      v[j] += Math.copySign(norm, v[j]);
      reflect(v, a, m, n);
      reflect(v, q, m, m);
    }
    double[] thin = new double[m * k];
    double[] r = new double[k * n];
    for (int j = 0; j < k; j++) {
      double sign = a[j * n + j] < 0 ? -1 : 1;
      for (int i = 0; i < m; i++) {
        thin[i * k + j] = sign * q[j * m + i];
      }
      for (int i = j; i < n; i++) {
        r[j * n + i] = sign * a[j * n + i];
      }
    }
    return new double[][] {thin, r};
  }

  /** x -= 2 v (v^T x) / (v^T v) for a matrix x [m, n]. */
  private static void reflect(double[] v, double[] x, int m, int n) {
    double length = 0;
    for (double y : v) {
      length += y * y;
    }
    for (int j = 0; j < n && length > 0; j++) {
      double dot = 0;
      for (int i = 0; i < m; i++) {
        dot += v[i] * x[i * n + j];
      }
      for (int i = 0; i < m; i++) {
        x[i * n + j] -= 2 * dot / length * v[i];
      }
    }
  }
}
