package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.LinalgException;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.Cholesky;
import dev.balboa.nn.op.Det;
import dev.balboa.nn.op.Eigh;
import dev.balboa.nn.op.LeastSquares;
import dev.balboa.nn.op.LinalgOp;
import dev.balboa.nn.op.Qr;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.SingularValues;
import dev.balboa.nn.op.Slogdet;
import dev.balboa.nn.op.Solve;
import dev.balboa.nn.op.Svd;
import dev.balboa.nn.op.TriangularSolve;
import java.util.Arrays;

/** Decompositions, matrix by matrix. */
final class LinalgKernels {
  private LinalgKernels() {}

  /** Works on one matrix of the batch: row-major inputs to row-major outputs. */
  @FunctionalInterface
  private interface OnMatrix {
    double[][] apply(int matrix, double[][] in);
  }

  static Prepared prepare(LinalgOp op, Call call) {
    Shape a = call.in(0);
    int m = Math.toIntExact(a.dim(-2));
    int n = Math.toIntExact(a.dim(-1));
    return switch (op) {
      case Cholesky o ->
          each(call, (i, in) -> new double[][] {Factorizations.cholesky(o.name(), i, in[0], n)});
      case Qr _ -> each(call, (i, in) -> Factorizations.qr(in[0], m, n));
      case Svd o -> each(call, (i, in) -> Jacobi.svd(o.name(), i, in[0], m, n));
      case SingularValues o ->
          each(call, (i, in) -> new double[][] {Jacobi.svd(o.name(), i, in[0], m, n)[1]});
      case LeastSquares o -> {
        int columns = Math.toIntExact(call.in(1).dim(-1));
        yield each(
            call,
            (i, in) ->
                new double[][] {
                  Factorizations.leastSquares(o.name(), i, in[0], in[1], m, n, columns)
                });
      }
      case Eigh o -> each(call, (i, in) -> Jacobi.eigh(o.name(), i, in[0], n));
      case Solve o -> {
        int columns = Math.toIntExact(call.in(1).dim(-1));
        yield each(
            call,
            (i, in) ->
                new double[][] {Factorizations.solve(o.name(), i, in[0], in[1], n, columns)});
      }
      case TriangularSolve o -> {
        int columns = Math.toIntExact(call.in(1).dim(-1));
        yield each(
            call,
            (i, in) -> new double[][] {Factorizations.triangular(o, i, in[0], in[1], n, columns)});
      }
      case Det _ -> each(call, (_, in) -> new double[][] {{Factorizations.det(in[0], n)}});
      case Slogdet _ -> each(call, (_, in) -> Factorizations.slogdet(in[0], n));
    };
  }

  private static Prepared each(Call call, OnMatrix kernel) {
    Shape shape = call.in(0);
    int matrices = Math.toIntExact(shape.slice(0, shape.rank() - 2).size());
    return call.plain((in, out) -> {
      for (int i = 0; i < matrices; i++) {
        double[][] inputs = new double[in.length][];
        for (int k = 0; k < in.length; k++) {
          inputs[k] = part(in[k].reals(), i, matrices);
          finite(call.op().name(), i, inputs[k]);
        }
        double[][] outputs = kernel.apply(i, inputs);
        for (int k = 0; k < out.length; k++) {
          int size = outputs[k].length;
          System.arraycopy(outputs[k], 0, out[k].reals(), i * size, size);
        }
      }
    });
  }

  private static double[] part(double[] all, int i, int parts) {
    int size = all.length / parts;
    return Arrays.copyOfRange(all, i * size, (i + 1) * size);
  }

  private static void finite(String op, int matrix, double[] x) {
    for (double element : x) {
      if (!Double.isFinite(element)) {
        throw LinalgException.notFinite(op, matrix, element);
      }
    }
  }
}
