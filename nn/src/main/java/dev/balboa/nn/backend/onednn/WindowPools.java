package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.WindowPool;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.PoolingOp;
import dev.balboa.nn.op.Shape;
import java.util.List;

/** Pooling through the window kernels, plane by plane, on dense memory. */
final class WindowPools {
  private WindowPools() {}

  private static WindowPool pool(PlanBuilder b, PoolingOp op, List<WindowPool.Axis> axes) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    Shape any = b.spec(0).shape();
    return WindowPool.of(Kinds.of(b.spec(0).dtype()), any.dim(0) * any.dim(1), axes);
  }

  /** Outputs 0 and 1 are maxima and their places. */
  static void max(PlanBuilder b, PoolingOp op, List<WindowPool.Axis> axes) {
    WindowPool pool = pool(b, op, axes);
    b.call(s -> pool.max(s[0], s[1], s[2]), b.denseInput(0), b.denseOutput(0), b.denseOutput(1));
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
