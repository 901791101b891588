package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.IndexKernels;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.PoolGeometry;
import dev.balboa.bindings.RandomKernels;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Concat;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.MaxPoolGather;
import dev.balboa.nn.op.RandomNormal;
import dev.balboa.nn.op.RandomUniform;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.SliceScatter;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import java.util.List;

/** Operations that make or move elements, through the kernels. */
final class MemoryOps {
  private MemoryOps() {}

  static void fill(PlanBuilder b, Fill op) {
    int bytes = op.dtype().bytes();
    long n = op.shape().size();
    long pattern = pattern(op.dtype(), op.value());
    b.call(s -> Kernels.fill(bytes, n, pattern, s[0]), b.denseOutput(0));
  }

  private static long pattern(DType dtype, double value) {
    return switch (dtype) {
      case F32 -> Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL;
      case F64 -> Double.doubleToRawLongBits(value);
      case I32 -> (int) value;
      case I64 -> (long) value;
      case U8 -> (int) value & 0xFF;
      case BOOL -> value != 0 ? 1 : 0;
    };
  }

  static void uniform(PlanBuilder b, RandomUniform op) {
    long n = op.shape().size();
    b.call(
        s -> RandomKernels.uniform(n, s[0], (float) op.low(), (float) op.high(), s[1]),
        b.denseInput(0),
        b.denseOutput(0));
  }

  static void normal(PlanBuilder b, RandomNormal op) {
    long n = op.shape().size();
    b.call(
        s -> RandomKernels.normal(n, s[0], (float) op.mean(), (float) op.deviation(), s[1]),
        b.denseInput(0),
        b.denseOutput(0));
  }

  static void contiguous(PlanBuilder b) {
    Operand to = b.denseOutput(0);
    if (b.isOpaque(0)) {
      b.reorder(b.input(0), to);
    } else {
      copy(b, b.raw(0), 0, 0, Layout.Strided.contiguous(b.spec(0).shape().dims()), to);
    }
  }

  static void assign(PlanBuilder b) {
    copy(b, b.plainInput(1), 1, 0, b.plainLayout(0), b.raw(0));
  }

  /** Copies plain input {@code i} to a strided place of the same shape. */
  private static void copy(
      PlanBuilder b, Operand from, int i, long offset, Layout.Strided target, Operand to) {
    TensorSpec spec = b.spec(i);
    int bytes = spec.dtype().bytes();
    StridedSpace space = Spaces.copy(spec.shape(), b.plainLayout(i), offset, target);
    b.call(s -> Kernels.copyStrided(bytes, space, s[0], s[1]), from, to);
  }

  static void concat(PlanBuilder b, Concat op) {
    TensorSpec out = b.outputSpec(0);
    Layout.Strided layout = Layout.Strided.contiguous(out.shape().dims());
    Operand to = b.denseOutput(0);
    long start = 0;
    for (int i = 0; i < b.inputs(); i++) {
      if (b.spec(i).shape().size() > 0) {
        copy(b, b.plainInput(i), i, start * layout.stride(op.axis()), layout, to);
      }
      start += b.spec(i).shape().dim(op.axis());
    }
  }

  static void sliceScatter(PlanBuilder b, SliceScatter op) {
    TensorSpec out = b.outputSpec(0);
    int bytes = out.dtype().bytes();
    long n = out.shape().size();
    long[] strides = Layout.Strided.contiguous(out.shape().dims()).strides();
    long offset = 0;
    for (int i = 0; i < strides.length; i++) {
      offset += op.slice().start().get(i) * strides[i];
      strides[i] *= op.slice().step().get(i);
    }
    Operand to = b.denseOutput(0);
    b.call(s -> Kernels.fill(bytes, n, 0, s[0]), to);
    if (b.spec(0).shape().size() > 0) {
      copy(b, b.plainInput(0), 0, offset, Layout.Strided.of(strides), to);
    }
  }

  static void maxPoolGather(PlanBuilder b, MaxPoolGather op) {
    Unsupported.unless(b, op, DType.F32);
    Window w = op.window();
    if (w.rank() == 3) {
      throw new UnsupportedOperationException(
          op.name()
              + ": the native backend has it for 1 and 2 spatial dimensions, got "
              + b.describeInputs());
    }
    Shape in = b.spec(0).shape();
    long planes = in.dim(0) * in.dim(1);
    PoolGeometry geometry =
        PoolGeometry.of(
            plane(in),
            plane(b.outputSpec(0).shape()),
            pair(w.kernel(), 1),
            pair(w.stride(), 1),
            pair(w.padBefore(), 0),
            pair(w.dilation(), 1));
    b.call(
        s -> IndexKernels.maxPoolGather(planes, geometry, s[0], s[1], s[2]),
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0));
  }

  private static long[] plane(Shape shape) {
    return new long[] {shape.rank() == 4 ? shape.dim(2) : 1, shape.dim(-1)};
  }

  private static long[] pair(List<Integer> values, long missing) {
    return new long[] {values.size() == 2 ? values.get(0) : missing, values.getLast()};
  }
}
