package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AxisKernels;
import dev.balboa.bindings.AxisWeights;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.nn.op.PadBackward;
import dev.balboa.nn.op.Resize;
import dev.balboa.nn.op.ResizeBackward;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/** Weighted sums along axes as products with sparse matrices, one axis after the other. */
final class AxisProducts {
  private AxisProducts() {}

  /** A sparse matrix [rows, columns] as its entries, in the order of rows. */
  private static final class Matrix {
    private final int rows;
    private final int columns;
    private final List<List<Long>> sources = new ArrayList<>();
    private final List<List<Double>> weights = new ArrayList<>();

    Matrix(long rows, long columns) {
      this.rows = Math.toIntExact(rows);
      this.columns = Math.toIntExact(columns);
      for (int i = 0; i < rows; i++) {
        sources.add(new ArrayList<>());
        weights.add(new ArrayList<>());
      }
    }

    void add(long row, long column, double weight) {
      sources.get((int) row).add(column);
      weights.get((int) row).add(weight);
    }

    Matrix transposed() {
      Matrix t = new Matrix(columns, rows);
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < sources.get(row).size(); i++) {
          t.add(sources.get(row).get(i), row, weights.get(row).get(i));
        }
      }
      return t;
    }

    AxisWeights compressed() {
      long[] offsets = new long[rows + 1];
      for (int row = 0; row < rows; row++) {
        offsets[row + 1] = offsets[row] + sources.get(row).size();
      }
      return AxisWeights.of(
          columns,
          offsets,
          sources.stream().flatMap(List::stream).mapToLong(Long::longValue).toArray(),
          weights.stream().flatMap(List::stream).mapToDouble(Double::doubleValue).toArray());
    }
  }

  /** What resizing does to one axis. */
  private static Matrix resizing(Resize op, long n, long m) {
    Matrix matrix = new Matrix(m, n);
    for (long j = 0; j < m; j++) {
      Resize.Taps taps = op.taps(n, m, j);
      for (int t = 0; t < taps.sources().size(); t++) {
        matrix.add(j, taps.sources().get(t), taps.weights().get(t));
      }
    }
    return matrix;
  }

  static void resize(PlanBuilder b, Resize op) {
    Shape from = b.spec(0).shape();
    Shape to = b.outputSpec(0).shape();
    if (op.mode() == ResizeMode.NEAREST) {
      long[][] sources = new long[from.rank()][];
      for (int axis = 0; axis < sources.length; axis++) {
        boolean resized = axis >= from.rank() - op.sizes().size();
        sources[axis] = new long[Math.toIntExact(to.dim(axis))];
        for (int j = 0; j < sources[axis].length; j++) {
          sources[axis][j] =
              resized ? op.taps(from.dim(axis), to.dim(axis), j).sources().get(0) : j;
        }
      }
      AxisOps.map(b, sources, 0);
      return;
    }
    List<Matrix> matrices = new ArrayList<>();
    for (int axis = from.rank() - op.sizes().size(); axis < from.rank(); axis++) {
      matrices.add(resizing(op, from.dim(axis), to.dim(axis)));
    }
    product(b, from.rank() - op.sizes().size(), matrices);
  }

  static void resizeBackward(PlanBuilder b, ResizeBackward op) {
    Shape from = op.shape();
    Shape to = b.spec(0).shape();
    int first = from.rank() - op.resize().sizes().size();
    List<Matrix> matrices = new ArrayList<>();
    for (int axis = first; axis < from.rank(); axis++) {
      matrices.add(resizing(op.resize(), from.dim(axis), to.dim(axis)).transposed());
    }
    product(b, first, matrices);
  }

  static void padBackward(PlanBuilder b, PadBackward op) {
    long[][] sources = AxisOps.padded(op.pad(), op.shape());
    List<Matrix> matrices = new ArrayList<>();
    for (int axis = 0; axis < sources.length; axis++) {
      Matrix matrix = new Matrix(op.shape().dim(axis), sources[axis].length);
      for (int i = 0; i < sources[axis].length; i++) {
        matrix.add(sources[axis][i], i, 1);
      }
      matrices.add(matrix);
    }
    product(b, 0, matrices);
  }

  /** Multiplies one matrix onto each axis from {@code first} on; square ones that keep all stay. */
  private static void product(PlanBuilder b, int first, List<Matrix> matrices) {
    TensorSpec spec = b.spec(0);
    KernelKinds.Type type = Kinds.of(spec.dtype());
    List<Integer> changed = new ArrayList<>();
    for (int i = 0; i < matrices.size(); i++) {
      if (matrices.get(i).rows != matrices.get(i).columns) {
        changed.add(i);
      }
    }
    if (changed.isEmpty()) {
      MemoryOps.contiguous(b);
      return;
    }
    Shape shape = spec.shape();
    Operand from = b.denseInput(0);
    for (int i : changed) {
      int axis = first + i;
      AxisWeights weights = matrices.get(i).compressed();
      long outer = shape.slice(0, axis).size();
      long inner = shape.slice(axis + 1, shape.rank()).size();
      shape = shape.with(axis, weights.outputs());
      Operand to =
          i == changed.getLast()
              ? b.denseOutput(0)
              : b.scratch(Mds.contiguous(spec.withShape(shape)));
      b.call(s -> AxisKernels.combine(type, outer, inner, weights, s[0], s[1]), from, to);
      from = to;
    }
  }
}
