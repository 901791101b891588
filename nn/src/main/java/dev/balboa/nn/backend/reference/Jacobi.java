package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.LinalgException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Eigenvalues and singular values by Jacobi's rotations, in sweeps over all pairs of columns. */
final class Jacobi {
  private static final int SWEEPS = 100;
  private static final double UNIT = 0x1p-53;
  private static final double TIE = 1e-6;

  private Jacobi() {}

  /** w ascending and V; reads the lower triangle. */
  static double[][] eigh(String op, int matrix, double[] lower, int n) {
    double[] a = new double[n * n];
    double[] v = new double[n * n];
    for (int i = 0; i < n; i++) {
      v[i * n + i] = 1;
      for (int j = 0; j < n; j++) {
        a[i * n + j] = lower[Math.max(i, j) * n + Math.min(i, j)];
      }
    }
    for (int sweep = 0; !diagonalized(a, v, n); sweep++) {
      if (sweep == SWEEPS) {
        throw LinalgException.notConverged(op, matrix);
      }
    }
    List<Integer> order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> a[i * n + i]))
            .toList();
    double[] w = new double[n];
    double[] vectors = new double[n * n];
    for (int j = 0; j < n; j++) {
      int from = order.get(j);
      w[j] = a[from * n + from];
      double sign = sign(v, n, n, from);
      for (int i = 0; i < n; i++) {
        vectors[i * n + j] = sign * v[i * n + from];
      }
    }
    return new double[][] {w, vectors};
  }

  /** One sweep; whether there was nothing to rotate. */
  private static boolean diagonalized(double[] a, double[] v, int n) {
    boolean done = true;
    for (int p = 0; p < n; p++) {
      for (int q = p + 1; q < n; q++) {
        double apq = a[p * n + q];
        if (Math.abs(apq) <= UNIT * 0x1p-10 * Math.hypot(a[p * n + p], a[q * n + q])) {
          continue;
        }
        done = false;
        double t = tangent((a[q * n + q] - a[p * n + p]) / (2 * apq));
        rotateRows(a, n, p, q, t);
        rotateColumns(a, n, n, p, q, t);
        rotateColumns(v, n, n, p, q, t);
        a[p * n + q] = 0;
        a[q * n + p] = 0;
      }
    }
    return done;
  }

  /** The tangent of the smaller angle whose double has this cotangent. */
  private static double tangent(double cotangent) {
    return Math.copySign(1, cotangent) / (Math.abs(cotangent) + Math.hypot(1, cotangent));
  }

  private static void rotateColumns(double[] x, int rows, int n, int p, int q, double t) {
    double c = 1 / Math.hypot(1, t);
    double s = t * c;
    for (int i = 0; i < rows; i++) {
      double xp = x[i * n + p];
      double xq = x[i * n + q];
      x[i * n + p] = c * xp - s * xq;
      x[i * n + q] = s * xp + c * xq;
    }
  }

  private static void rotateRows(double[] x, int n, int p, int q, double t) {
    double c = 1 / Math.hypot(1, t);
    double s = t * c;
    for (int j = 0; j < n; j++) {
      double xp = x[p * n + j];
      double xq = x[q * n + j];
      x[p * n + j] = c * xp - s * xq;
      x[q * n + j] = s * xp + c * xq;
    }
  }

  /** The sign that makes the largest component of a column positive. */
  private static double sign(double[] x, int rows, int n, int column) {
    double largest = 0;
    for (int i = 0; i < rows; i++) {
      largest = Math.max(largest, Math.abs(x[i * n + column]));
    }
    for (int i = 0; i < rows; i++) {
      if (Math.abs(x[i * n + column]) >= largest * (1 - TIE)) {
        return x[i * n + column] < 0 ? -1 : 1;
      }
    }
    return 1;
  }

  /** The transpose [n, m] of x [m, n]. */
  static double[] transposed(double[] x, int m, int n) {
    double[] y = new double[x.length];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        y[j * m + i] = x[i * n + j];
      }
    }
    return y;
  }

  /** U [m, k], s [k] and V^T [k, n]. */
  static double[][] svd(String op, int matrix, double[] a, int m, int n) {
    int k = Math.min(m, n);
    double[][] tall =
        m >= n ? oneSided(op, matrix, a, m, n) : oneSided(op, matrix, transposed(a, m, n), n, m);
    double[] u = m >= n ? tall[0] : tall[2];
    double[] v = m >= n ? tall[2] : tall[0];
    for (int j = 0; j < k; j++) {
      if (sign(u, m, k, j) < 0) {
        for (int i = 0; i < m; i++) {
          u[i * k + j] = -u[i * k + j];
        }
        for (int i = 0; i < n; i++) {
          v[i * k + j] = -v[i * k + j];
        }
      }
    }
    return new double[][] {u, tall[1], transposed(v, n, k)};
  }

  /**
   * Makes the columns of a matrix with m >= n orthogonal (Hestenes, 1958): U [m, n], s, V [n, n].
   */
  private static double[][] oneSided(String op, int matrix, double[] a, int m, int n) {
    double[] w = a.clone();
    double[] v = new double[n * n];
    for (int i = 0; i < n; i++) {
      v[i * n + i] = 1;
    }
    for (int sweep = 0; !orthogonal(w, v, m, n); sweep++) {
      if (sweep == SWEEPS) {
        throw LinalgException.notConverged(op, matrix);
      }
    }
    double[] norms = new double[n];
    for (int j = 0; j < n; j++) {
      norms[j] = Math.sqrt(dot(w, m, n, j, j));
    }
    List<Integer> order =
        IntStream.range(0, n).boxed().sorted(Comparator.comparingDouble(j -> -norms[j])).toList();
    double[] u = new double[m * n];
    double[] s = new double[n];
    double[] vectors = new double[n * n];
    for (int j = 0; j < n; j++) {
      int from = order.get(j);
      s[j] = norms[from];
      for (int i = 0; i < m; i++) {
        u[i * n + j] = w[i * n + from] / s[j];
      }
      for (int i = 0; i < n; i++) {
        vectors[i * n + j] = v[i * n + from];
      }
      if (s[j] == 0) {
        complete(u, m, n, j);
      }
    }
    return new double[][] {u, s, vectors};
  }

  private static double dot(double[] x, int rows, int n, int p, int q) {
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      sum += x[i * n + p] * x[i * n + q];
    }
    return sum;
  }

  private static boolean orthogonal(double[] w, double[] v, int m, int n) {
    boolean done = true;
    for (int p = 0; p < n; p++) {
      for (int q = p + 1; q < n; q++) {
        double pp = dot(w, m, n, p, p);
        double qq = dot(w, m, n, q, q);
        double pq = dot(w, m, n, p, q);
        if (Math.abs(pq) > m * UNIT * Math.sqrt(pp) * Math.sqrt(qq)) {
          done = false;
          double t = tangent((qq - pp) / (2 * pq));
          rotateColumns(w, m, n, p, q, t);
          rotateColumns(v, n, n, p, q, t);
        }
      }
    }
    return done;
  }

  /** Column j becomes a unit vector orthogonal to those before it. */
  private static void complete(double[] u, int m, int n, int j) {
    for (int axis = 0; axis < m; axis++) {
      for (int i = 0; i < m; i++) {
        u[i * n + j] = i == axis ? 1 : 0;
      }
      for (int k = 0; k < 2 * j; k++) {
        double along = dot(u, m, n, k % j, j);
        for (int i = 0; i < m; i++) {
          u[i * n + j] -= along * u[i * n + k % j];
        }
      }
      double norm = Math.sqrt(dot(u, m, n, j, j));
      if (norm > 0.5 / Math.sqrt(m)) {
        for (int i = 0; i < m; i++) {
          u[i * n + j] /= norm;
        }
        return;
      }
    }
  }
}
