package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.KernelCall;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.bindings.WindowPool;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.PoolingOp;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Pooling through the window kernels: means plane by plane on dense memory, maxima in the order
 * that planes come in.
 */
final class WindowPools {
  /** Planes that the kernel for maxima in BF16 takes at once. */
  private static final long HALF_LANES = 16;

  private WindowPools() {}

  /** Decides where the places of the maxima go. */
  @FunctionalInterface
  interface Places {
    /**
     * An operand for I32 places laid out as {@code index}, or {@code null} if nobody asks for them.
     *
     * @param x how the input lies
     * @param y how the maxima lie
     */
    Operand operand(MemoryDesc x, MemoryDesc y, MemoryDesc index);
  }

  private static WindowPool pool(PlanBuilder b, PoolingOp op, List<WindowPool.Axis> axes) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    Shape any = b.spec(0).shape();
    return WindowPool.of(Kinds.of(b.spec(0).dtype()), any.dim(0) * any.dim(1), axes);
  }

  /** Whether input 0, in BF16, lies so that the kernel for maxima reads it. */
  static boolean readsHalf(PlanBuilder b) {
    if (!b.isOrdered(0)) {
      return false;
    }
    Planes planes = Planes.of(b.input(0).md());
    return planes != null && planes.inner() % HALF_LANES == 0;
  }

  /** The planes of an input as they lie, if the kernels can read them so. */
  static Operand planes(PlanBuilder b, int i) {
    if (b.spec(i).dtype().bytes() <= Float.BYTES) { // oneDNN reorders no F64 and no I64
      Operand x = b.input(i);
      if (Planes.of(x.md()) != null) {
        return x;
      }
    }
    return b.denseInput(i);
  }

  /** Output 0 is the maxima, in the order of the input's planes. */
  static void max(PlanBuilder b, PoolingOp op, List<WindowPool.Axis> axes, Places places) {
    Unsupported.unless(b, op, DType.F32, DType.F64, DType.BF16);
    Operand x = planes(b, 0);
    Planes planes = Planes.of(x.md());
    TensorSpec y = b.outputSpec(0);
    MemoryDesc yMd = planes.like(y);
    MemoryDesc indexMd = planes.like(y.withDType(DType.I32));
    Operand index = places.operand(x.md(), yMd, indexMd);
    Operand to = b.output(0, yMd);
    if (planes.inner() == 1) {
      maxOfPlanes(b, axes, x, to, index == null ? b.scratch(indexMd) : index);
      return;
    }
    WindowPool pool = WindowPool.of(Kinds.of(y.dtype()), planes.outer(), planes.inner(), axes);
    if (index == null) {
      b.call(KernelCall.windowMax(pool), s -> pool.max(s[0], s[1]), x, to);
    } else {
      KernelCall call = KernelCall.windowMaxWithPlaces(pool);
      b.call(call, s -> pool.max(s[0], s[1], s[2]), x, to, index);
    }
  }

  /**
   * Of row-major planes: as many as make whole vectors are laid side by side first, which costs
   * less than to compute on planes one by one.
   */
  static void maxOfPlanes(
      PlanBuilder b, List<WindowPool.Axis> axes, Operand x, Operand y, Operand index) {
    DType dtype = b.spec(0).dtype();
    KernelKinds.Type type = Kinds.of(dtype);
    Shape shape = b.spec(0).shape();
    long planes = shape.dim(0) * shape.dim(1);
    long in = shape.size() / planes;
    long out = y.md().byteSize() / dtype.bytes() / planes;
    long lanes = planes < 16 ? 8 : 16;
    long together = planes / lanes * lanes;
    if (together > 0) {
      Shape grouped = Shape.of(together / lanes, in, lanes);
      Operand xs = b.scratch(Mds.contiguous(new TensorSpec(grouped, dtype)));
      Operand ys = b.scratch(Mds.contiguous(new TensorSpec(grouped.with(1, out), dtype)));
      Operand places = b.scratch(Mds.contiguous(new TensorSpec(grouped.with(1, out), DType.I32)));
      WindowPool pool = WindowPool.of(type, together / lanes, lanes, axes);
      copy(b, dtype, swapped(together / lanes, lanes, in), x, xs);
      b.call(s -> pool.max(s[0], s[1], s[2]), xs, ys, places);
      copy(b, dtype, swapped(together / lanes, out, lanes), ys, y);
      copy(b, DType.I32, swapped(together / lanes, out, lanes), places, index);
    }
    if (together < planes) {
      WindowPool rest = WindowPool.of(type, planes - together, axes);
      b.call(
          s ->
              rest.max(
                  from(s[0], together * in, dtype),
                  from(s[1], together * out, dtype),
                  from(s[2], together * out, DType.I32)),
          x,
          y,
          index);
    }
  }

  private static MemorySegment from(MemorySegment s, long element, DType dtype) {
    return s.asSlice(element * dtype.bytes());
  }

  private static void copy(
      PlanBuilder b, DType dtype, StridedSpace space, Operand from, Operand to) {
    int bytes = dtype.bytes();
    b.call(s -> Kernels.copyStrided(bytes, space, s[0], s[1]), from, to);
  }

  /** From [n, rows, columns] to [n, columns, rows]. */
  private static StridedSpace swapped(long n, long rows, long columns) {
    return StridedSpace.of(
        new long[] {n, columns, rows},
        StridedSpace.Operand.of(0, rows * columns, 1, columns),
        StridedSpace.Operand.of(0, rows * columns, rows, 1));
  }

  static void mean(PlanBuilder b, PoolingOp op, List<WindowPool.Axis> axes) {
    WindowPool pool = pool(b, op, axes);
    b.call(s -> pool.mean(s[0], s[1]), b.denseInput(0), b.denseOutput(0));
  }

  static void meanBackward(PlanBuilder b, PoolingOp op, List<WindowPool.Axis> axes) {
    WindowPool pool = pool(b, op, axes);
    b.call(s -> pool.meanBackward(s[0], s[1]), b.denseInput(0), b.denseOutput(0));
  }
}
