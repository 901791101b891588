package dev.balboa.nn.cases;

import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Linalg;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Least squares by reflections I - 2 v v^T / v^T v, one operation after the other. What a
 * reflection rounds is as large as the whole column, whatever is left of an element of it: so small
 * elements of a solution have fewer digits than large ones (Higham, Accuracy and Stability of
 * Numerical Algorithms, theorem 20.3).
 */
final class HouseholderSteps {
  private final List<Tensor> reflectors = new ArrayList<>();

  /** What the reflections have made of the matrix: an upper triangle. */
  private Tensor triangle;

  /** Reflects the columns of a matrix [..., m, n], m not below n, to the axes. */
  private HouseholderSteps(Tensor matrix) {
    triangle = matrix;
    long m = matrix.shape().dim(-2);
    for (long j = 0; j < matrix.shape().dim(-1); j++) {
      Tensor x = triangle.slice(-2, j, m).slice(-1, j, j + 1);
      Tensor head = x.slice(-2, 0, 1);
      Tensor norm = x.square().reduce(ReduceKind.SUM, true, -2).sqrt();
      Tensor first = head.add(head.map(UnaryKind.SIGN).mul(norm));
      reflectors.add(Tensor.concat(-2, first, x.slice(-2, 1, m - j)));
      triangle = reflected((int) j, triangle);
    }
    triangle = triangle.slice(-2, 0, matrix.shape().dim(-1));
  }

  /** Reflects the rows of x from row j on. */
  private Tensor reflected(int j, Tensor x) {
    Tensor v = reflectors.get(j);
    Tensor below = x.slice(-2, j, x.shape().dim(-2));
    Tensor along = v.matmul(below, true, false).div(v.square().reduce(ReduceKind.SUM, true, -2));
    below = below.sub(v.matmul(along).mul(2));
    return j == 0 ? below : Tensor.concat(-2, x.slice(-2, 0, j), below);
  }

  /** As {@link dev.balboa.nn.op.LeastSquares}. */
  static List<Tensor> leastSquares(Op op, List<Tensor> in) {
    Tensor a = in.get(0);
    Tensor b = in.get(1);
    long m = a.shape().dim(-2);
    long n = a.shape().dim(-1);
    if (a.shape().size() == 0 || b.shape().size() == 0) {
      return Tensor.apply(op, a, b);
    }
    if (m >= n) {
      HouseholderSteps steps = new HouseholderSteps(a);
      for (int j = 0; j < n; j++) {
        b = steps.reflected(j, b);
      }
      return List.of(Linalg.solveTriangular(steps.triangle, b.slice(-2, 0, n), true, false, false));
    }
    HouseholderSteps steps = new HouseholderSteps(a.transpose(-1, -2));
    Tensor y = Linalg.solveTriangular(steps.triangle, b, true, true, false);
    Tensor x =
        Tensor.concat(-2, y, y.slice(-2, 0, 1).mul(0).expand(y.shape().with(-2, n - m).dims()));
    for (int j = (int) m - 1; j >= 0; j--) {
      x = steps.reflected(j, x);
    }
    return List.of(x);
  }
}
