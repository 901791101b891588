package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.QuantizationKernels;
import dev.balboa.bindings.ReductionKernels;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Dequantize;
import dev.balboa.nn.op.DynamicQuantize;
import dev.balboa.nn.op.Quantize;
import dev.balboa.nn.op.QuantizedConv;
import dev.balboa.nn.op.QuantizedLinear;
import dev.balboa.nn.op.QuantizedMatmul;
import dev.balboa.nn.op.QuantizedOp;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;

/** Conversions to and from codes through the kernels; products of codes through oneDNN. */
final class QuantizedOps {
  private QuantizedOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, QuantizedOp op) {
    switch (op) {
      case Quantize o -> {
        Unsupported.unless(b, op, DType.F32, DType.F64);
        var view = view(b.spec(0), o.axis(), b.spec(0).dtype(), b.outputSpec(0).dtype());
        b.call(
            s -> QuantizationKernels.quantize(view, s[0], s[1], s[2], s[3]),
            b.denseInput(0),
            b.denseInput(1),
            b.denseInput(2),
            b.denseOutput(0));
      }
      case Dequantize o -> {
        var view = view(b.spec(0), o.axis(), b.outputSpec(0).dtype(), b.spec(0).dtype());
        b.call(
            s -> QuantizationKernels.dequantize(view, s[0], s[1], s[2], s[3]),
            b.denseInput(0),
            b.denseInput(1),
            b.denseInput(2),
            b.denseOutput(0));
      }
      case DynamicQuantize _ -> dynamic(b);
      case QuantizedConv o -> QuantizedProducts.conv(b, o);
      case QuantizedMatmul o -> QuantizedProducts.matmul(b, o);
      case QuantizedLinear o -> QuantizedProducts.linear(b, o);
    }
  }

  private static QuantizationKernels.View view(TensorSpec x, int axis, DType real, DType code) {
    Shape s = x.shape();
    KernelKinds.Type from = Kinds.of(real);
    KernelKinds.Type to = Kinds.of(code);
    return axis == -1
        ? new QuantizationKernels.View(from, to, 1, 1, s.size())
        : new QuantizationKernels.View(
            from, to, s.slice(0, axis).size(), s.dim(axis), s.slice(axis + 1, s.rank()).size());
  }

  private static void dynamic(PlanBuilder b) {
    TensorSpec spec = b.spec(0);
    KernelKinds.Type real = Kinds.of(spec.dtype());
    long n = spec.shape().size();
    Operand x = b.denseInput(0);
    TensorSpec scalar = spec.withShape(Shape.scalar());
    Operand smallest = b.scratch(Mds.contiguous(scalar));
    Operand largest = b.scratch(Mds.contiguous(scalar));
    b.call(
        s -> {
          ReductionKernels.reduce(real, KernelKinds.Reduce.MIN, 1, n, 1, s[0], s[1]);
          ReductionKernels.reduce(real, KernelKinds.Reduce.MAX, 1, n, 1, s[0], s[2]);
        },
        x,
        smallest,
        largest);
    Operand y = b.denseOutput(0);
    Operand scale = b.denseOutput(1);
    Operand zero = b.denseOutput(2);
    b.call(
        s -> QuantizationKernels.range(real, s[0], s[1], s[2], s[3]),
        smallest,
        largest,
        scale,
        zero);
    var view = new QuantizationKernels.View(real, KernelKinds.Type.U8, 1, 1, n);
    b.call(s -> QuantizationKernels.quantize(view, s[0], s[1], s[2], s[3]), x, scale, zero, y);
  }
}
