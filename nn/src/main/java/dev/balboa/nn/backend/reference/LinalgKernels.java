package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.LinalgException;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Cholesky;
import dev.balboa.nn.op.Det;
import dev.balboa.nn.op.Eigh;
import dev.balboa.nn.op.LeastSquares;
import dev.balboa.nn.op.LinalgOp;
import dev.balboa.nn.op.LuSolve;
import dev.balboa.nn.op.Qr;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.SingularValues;
import dev.balboa.nn.op.Slogdet;
import dev.balboa.nn.op.Solve;
import dev.balboa.nn.op.Svd;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.TriangularSolve;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
                new double[][] {
                  Factorizations.solve(o.name(), i, in[0], in[1], n, columns, false)
                });
      }
      case LuSolve o -> {
        int columns = Math.toIntExact(call.in(1).dim(-1));
        yield each(
            call,
            (i, in) ->
                new double[][] {
                  Factorizations.solve(o.name(), i, in[0], in[1], n, columns, o.transposed())
                });
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
    List<Access> reads = new ArrayList<>();
    for (int i = 0; i < call.inputs().size(); i++) {
      reads.add(isWorkspace(call, i) ? NoWorkspace.access() : call.read(i));
    }
    List<Access> writes = new ArrayList<>();
    List<Layout> layouts = new ArrayList<>();
    for (int i = 0; i < call.outputs().size(); i++) {
      boolean workspace = call.outputs().get(i).equals(TensorSpec.WORKSPACE);
      writes.add(workspace ? NoWorkspace.access() : call.write(i));
      layouts.add(workspace ? new NoWorkspace() : Layout.Strided.contiguous(call.out(i).dims()));
    }
    int given = call.op() instanceof LuSolve ? 2 : call.inputs().size();
    return new ReferencePrepared(
        reads,
        writes,
        layouts,
        (in, out) -> {
          for (int i = 0; i < matrices; i++) {
            double[][] inputs = new double[given][];
            for (int k = 0; k < given; k++) {
              inputs[k] = part(in[k].reals(), i, matrices);
              finite(call.op().name(), i, inputs[k]);
            }
            double[][] outputs = kernel.apply(i, inputs);
            for (int k = 0; k < outputs.length; k++) {
              int size = outputs[k].length;
              System.arraycopy(outputs[k], 0, out[k].reals(), i * size, size);
            }
          }
        });
  }

  private static boolean isWorkspace(Call call, int input) {
    if (!call.inputs().get(input).equals(TensorSpec.WORKSPACE)) {
      return false;
    }
    if (!(call.layouts().get(input) instanceof NoWorkspace)) {
      throw new IllegalArgumentException(
          call.op().name()
              + ": expected the workspace of a solve or a determinant of this backend, got "
              + call.layouts().get(input));
    }
    return true;
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
