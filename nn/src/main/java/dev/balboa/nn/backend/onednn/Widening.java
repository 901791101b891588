package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AttentionKernel;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.Kernels;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Assign;
import dev.balboa.nn.op.AssignRows;
import dev.balboa.nn.op.Attention;
import dev.balboa.nn.op.BatchNormBackward;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.BatchNormTraining;
import dev.balboa.nn.op.Cast;
import dev.balboa.nn.op.Concat;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvBackwardData;
import dev.balboa.nn.op.ConvBackwardWeights;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.Flip;
import dev.balboa.nn.op.Gather;
import dev.balboa.nn.op.GroupNorm;
import dev.balboa.nn.op.GroupNormBackward;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.IndexSelect;
import dev.balboa.nn.op.LayerNorm;
import dev.balboa.nn.op.LayerNormBackward;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Pad;
import dev.balboa.nn.op.Resize;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Roll;
import dev.balboa.nn.op.Scatter;
import dev.balboa.nn.op.SliceScatter;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.Where;
import dev.balboa.nn.op.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * BF16 through F32: inputs are widened into scratch memory, which is exact, in the order in which
 * they lie, the operation is computed in F32, and each result is rounded once. What reads BF16
 * itself, or only moves bytes, is left alone.
 */
final class Widening {
  private Widening() {}

  /** Whether the operation has BF16 operands and no way of its own to compute on them. */
  static boolean serves(PlanBuilder b, Op op, List<TensorSpec> inputs, List<TensorSpec> outputs) {
    return (inputs.stream().anyMatch(Widening::isHalf)
            || outputs.stream().anyMatch(Widening::isHalf))
        && !readsHalf(b, op, inputs, outputs);
  }

  /**
   * oneDNN's products refuse empty operands. Its transposed convolution leaves out the bias where
   * strides skip a place.
   */
  private static boolean readsHalf(
      PlanBuilder b, Op op, List<TensorSpec> inputs, List<TensorSpec> outputs) {
    return switch (op) {
      case Conv o -> !anyEmpty(inputs) && !isNarrow(o.window(), outputs.get(0));
      case ConvBackwardData o -> !anyEmpty(inputs) && !isNarrow(o.window(), inputs.get(0));
      case ConvBackwardWeights o ->
          !anyEmpty(inputs)
              && !isNarrow(o.window(), inputs.get(1))
              && !reachesOver(o.window(), inputs.get(0));
      case Matmul _ -> !anyEmpty(inputs);
      case Linear _ -> !anyEmpty(inputs);
      case Attention _ -> AttentionKernel.readsBf16();
      case Unary _ -> HalfTable.serves(inputs.get(0));
      case BatchNormTraining _, BatchNormInference _, BatchNormBackward _ ->
          !isHalf(inputs.get(1)) && !anyEmpty(inputs);
      case LayerNorm _, LayerNormBackward _, GroupNorm _, GroupNormBackward _ ->
          inputs.size() < 2 || !isHalf(inputs.get(1));
      case Contiguous _,
          Concat _,
          SliceScatter _,
          Fill _,
          Assign _,
          AssignRows _,
          Cast _,
          Where _ ->
          true;
      case Gather _, Scatter _, IndexSelect _, Flip _, Roll _, Pad _ -> true;
      case Resize o -> o.mode() == ResizeMode.NEAREST;
      case MaxPool o -> !o.workspace() && WindowPools.readsHalf(b);
      default -> false;
    };
  }

  /**
   * Whether a strided window gives a single column. oneDNN 3.13 on AMX then reads what it never
   * wrote: every other row is wrong.
   */
  static boolean isNarrow(Window window, TensorSpec y) {
    return window.stride().getLast() > 1 && y.shape().dim(-1) == 1;
  }

  /**
   * Whether the window is longer than the input without its padding. oneDNN 3.13 then reads what it
   * never wrote when it computes the gradient of weights in BF16.
   */
  private static boolean reachesOver(Window window, TensorSpec x) {
    return IntStream.range(0, window.rank()).anyMatch(i -> window.extent(i) > x.shape().dim(i + 2));
  }

  private static boolean anyEmpty(List<TensorSpec> inputs) {
    return inputs.stream().anyMatch(spec -> spec.shape().size() == 0);
  }

  private static boolean isHalf(TensorSpec spec) {
    return spec.dtype() == DType.BF16;
  }

  private static TensorSpec wide(TensorSpec spec) {
    return isHalf(spec) ? spec.withDType(DType.F32) : spec;
  }

  /** Plans the operation in F32 by {@code planner}, between conversions. */
  static void plan(
      PlanBuilder b,
      Op op,
      List<TensorSpec> inputs,
      List<TensorSpec> outputs,
      BiConsumer<PlanBuilder, Op> planner) {
    List<Layout> layouts = new ArrayList<>();
    List<Operand> widened = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      boolean kept = !isHalf(inputs.get(i));
      widened.add(kept ? null : widen(b, i, inputs.get(i)));
      layouts.add(kept ? b.layout(i) : Mds.layout(wide(inputs.get(i)), widened.get(i).md()));
    }
    List<TensorSpec> wideInputs = inputs.stream().map(Widening::wide).toList();
    List<TensorSpec> wideOutputs = outputs.stream().map(Widening::wide).toList();
    try (PlanBuilder inner = new PlanBuilder(op, wideInputs, layouts, wideOutputs)) {
      planner.accept(inner, op);
      Operand[] results = new Operand[outputs.size()];
      for (int i = 0; i < results.length; i++) {
        results[i] = isHalf(outputs.get(i)) ? b.scratch(inner.outputMd(i)) : b.sameOutput(i, inner);
      }
      b.adopt(inner, widened, results);
      for (int i = 0; i < results.length; i++) {
        if (isHalf(outputs.get(i))) {
          narrow(b, i, outputs.get(i), results[i]);
        }
      }
    }
    if (op instanceof InPlaceOp inPlace) {
      for (int i = 0; i < inPlace.mutated(); i++) {
        if (isHalf(inputs.get(i))) {
          writeBack(b, op, i, widened.get(i));
        }
      }
    }
  }

  private static Operand widen(PlanBuilder b, int i, TensorSpec spec) {
    TensorSpec wide = wide(spec);
    if (b.isOpaque(i)) {
      Operand from = b.input(i);
      Operand to = b.scratch(Mds.retyped(from.md(), wide));
      b.reorder(from, to);
      return to;
    }
    Layout.Strided layout = b.plainLayout(i);
    boolean asItLies = Mds.isPermutedDense(spec, layout);
    Operand from = asItLies ? b.raw(i) : b.denseInput(i);
    Operand to = b.scratch(asItLies ? Mds.of(wide, layout) : Mds.contiguous(wide));
    cast(b, spec.shape().size(), KernelKinds.Type.BF16, from, KernelKinds.Type.F32, to);
    return to;
  }

  private static void narrow(PlanBuilder b, int i, TensorSpec spec, Operand from) {
    MemoryDesc md = from.md();
    if (Mds.layout(wide(spec), md) instanceof Layout.Strided layout) {
      Operand to = b.output(i, Mds.of(spec, layout));
      cast(b, spec.shape().size(), KernelKinds.Type.F32, from, KernelKinds.Type.BF16, to);
    } else {
      b.reorder(from, b.output(i, Mds.retyped(md, spec)));
    }
  }

  private static void writeBack(PlanBuilder b, Op op, int i, Operand from) {
    if (!b.isContiguous(i)) {
      throw new UnsupportedOperationException(
          op.name() + ": the native backend updates dense BF16 tensors, got " + b.describeInputs());
    }
    long n = b.spec(i).shape().size();
    cast(b, n, KernelKinds.Type.F32, from, KernelKinds.Type.BF16, b.raw(i));
  }

  private static void cast(
      PlanBuilder b,
      long n,
      KernelKinds.Type fromType,
      Operand from,
      KernelKinds.Type toType,
      Operand to) {
    b.call(s -> Kernels.cast(n, fromType, s[0], toType, s[1]), from, to);
  }
}
