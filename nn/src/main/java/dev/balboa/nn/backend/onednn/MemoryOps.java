package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AxisKernels;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.RandomKernels;
import dev.balboa.bindings.StridedSpace;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Arange;
import dev.balboa.nn.op.BFloat16;
import dev.balboa.nn.op.Concat;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.CosineWindow;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.LayoutOp;
import dev.balboa.nn.op.RandomBernoulli;
import dev.balboa.nn.op.RandomIntegers;
import dev.balboa.nn.op.RandomNormal;
import dev.balboa.nn.op.RandomPermutation;
import dev.balboa.nn.op.RandomUniform;
import dev.balboa.nn.op.SliceScatter;
import dev.balboa.nn.op.SourceOp;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Operations that make or move elements, through the kernels. */
final class MemoryOps {
  private MemoryOps() {}

  /** Plans an operation that moves elements. */
  static void plan(PlanBuilder b, LayoutOp op) {
    switch (op) {
      case Contiguous _ -> contiguous(b);
      case Concat o -> concat(b, o);
      case SliceScatter o -> sliceScatter(b, o);
    }
  }

  /** Plans an operation that makes elements. */
  static void plan(PlanBuilder b, SourceOp op) {
    switch (op) {
      case Fill o -> fill(b, o);
      case Arange o -> arange(b, o);
      case CosineWindow o -> cosineWindow(b, o);
      case RandomUniform o -> uniform(b, o);
      case RandomNormal o -> normal(b, o);
      case RandomBernoulli o -> bernoulli(b, o);
      case RandomIntegers o -> integers(b, o);
      case RandomPermutation o -> permutation(b, o);
    }
  }

  static void fill(PlanBuilder b, Fill op) {
    int bytes = op.dtype().bytes();
    long n = op.shape().size();
    long pattern = pattern(op.dtype(), op.value());
    b.call(s -> Kernels.fill(bytes, n, pattern, s[0]), b.denseOutput(0));
  }

  static long pattern(DType dtype, double value) {
    return switch (dtype) {
      case F32 -> Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL;
      case F64 -> Double.doubleToRawLongBits(value);
      case BF16 -> BFloat16.of(value) & 0xFFFFL;
      case I32 -> (int) value;
      case I64 -> (long) value;
      case U8 -> Math.clamp((long) value, 0, 255);
      case I8 -> Math.clamp((long) value, -128, 127) & 0xFF;
      case BOOL -> value != 0 ? 1 : 0;
    };
  }

  static void arange(PlanBuilder b, Arange op) {
    KernelKinds.Type type = Kinds.of(b.outputSpec(0).dtype());
    b.call(
        s -> AxisKernels.arange(type, op.count(), op.start(), op.step(), s[0]), b.denseOutput(0));
  }

  private static void cosineWindow(PlanBuilder b, CosineWindow op) {
    double[] a = op.coefficients().stream().mapToDouble(Double::doubleValue).toArray();
    MemorySegment coefficients = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_DOUBLE, a);
    b.call(
        s -> AxisKernels.cosineWindow(op.count(), op.period(), a.length, coefficients, s[0]),
        b.denseOutput(0));
  }

  static void uniform(PlanBuilder b, RandomUniform op) {
    long n = op.shape().size();
    b.call(
        s -> RandomKernels.uniform(n, s[0], (float) op.low(), (float) op.high(), s[1]),
        b.denseInput(0),
        b.denseOutput(0));
  }

  static void bernoulli(PlanBuilder b, RandomBernoulli op) {
    long n = op.shape().size();
    float p = (float) op.p();
    b.call(s -> RandomKernels.bernoulli(n, s[0], p, s[1]), b.denseInput(0), b.denseOutput(0));
  }

  static void integers(PlanBuilder b, RandomIntegers op) {
    long n = op.shape().size();
    KernelKinds.Type type = Kinds.of(op.dtype());
    b.call(
        s -> RandomKernels.integers(type, n, s[0], op.low(), op.high(), s[1]),
        b.denseInput(0),
        b.denseOutput(0));
  }

  static void permutation(PlanBuilder b, RandomPermutation op) {
    long n = op.size();
    b.call(s -> RandomKernels.permutation(n, s[0], s[1]), b.denseInput(0), b.denseOutput(0));
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
}
