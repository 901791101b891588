package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.Dnnl;
import dev.balboa.bindings.LoadedNatives;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.Natives;
import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Chain;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.AxisOp;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.ConvBackwardData;
import dev.balboa.nn.op.ConvolutionOp;
import dev.balboa.nn.op.ElementwiseOp;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.IndexOp;
import dev.balboa.nn.op.LayoutOp;
import dev.balboa.nn.op.LinearAlgebraOp;
import dev.balboa.nn.op.LossOp;
import dev.balboa.nn.op.NormalizationOp;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.PoolingOp;
import dev.balboa.nn.op.QuantizedOp;
import dev.balboa.nn.op.RecurrentOp;
import dev.balboa.nn.op.ReductionOp;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.SourceOp;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.ViewOp;
import dev.balboa.nn.op.WinogradOp;
import java.util.List;
import java.util.Optional;

/**
 * Matrix products on OpenBLAS, primitives on oneDNN, and Balboa's own kernels for what neither has.
 * Activations stay in the layouts that oneDNN chooses, from operation to operation; whatever needs
 * plain memory gets it by one reorder.
 */
public final class NativeBackend implements Backend {
  static final String NAME = "native";

  /** What the names of instruction sets with products of BF16 contain. */
  private static final List<String> BF16_SETS = List.of("bf16", "fp16", "amx", "avx10");

  /** Sets that multiply bytes and sum them up in 32 bits; oneDNN's larger sets include VNNI. */
  private static final List<String> INT8_SETS = List.of("vnni", "bf16", "fp16", "amx", "avx10");

  private final LoadedNatives natives;
  private final GemmPolicy gemm;

  private NativeBackend(LoadedNatives natives, GemmPolicy gemm) {
    this.natives = natives;
    this.gemm = gemm;
  }

  /**
   * Loads the native libraries if that has not happened yet.
   *
   * @throws RuntimeException from the loader, naming the library and every place tried
   * @throws IllegalArgumentException if the property {@code balboa.gemm} names a table of products
   *     that is not one, or was not measured here
   */
  public static NativeBackend create() {
    return with(GemmPolicy.ofProcess());
  }

  /** One that computes matrix products by this policy. */
  static NativeBackend with(GemmPolicy gemm) {
    return new NativeBackend(Natives.loaded(), gemm);
  }

  /**
   * Which libraries were loaded from where, their versions and the instruction set, and by which
   * measurements products are shared among them.
   */
  public String describe() {
    return natives.describe() + "products of matrices by " + gemm.describe() + "\n";
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void requireBf16Arithmetic() {
    requireBf16Arithmetic(Dnnl.effectiveIsa());
  }

  static void requireBf16Arithmetic(String isa) {
    if (BF16_SETS.stream().noneMatch(isa::contains)) {
      throw new UnsupportedOperationException(
          "mixed precision: the native backend has no BF16 arithmetic on this processor, whose"
              + " instruction set is "
              + isa
              + "; needed is one of "
              + BF16_SETS);
    }
  }

  @Override
  public void requireInt8Arithmetic() {
    requireInt8Arithmetic(Dnnl.effectiveIsa());
  }

  static void requireInt8Arithmetic(String isa) {
    if (INT8_SETS.stream().noneMatch(isa::contains)) {
      throw new UnsupportedOperationException(
          "int8: the native backend has no arithmetic of bytes on this processor, whose instruction"
              + " set is "
              + isa
              + "; needed is one of "
              + INT8_SETS);
    }
  }

  @Override
  public Prepared prepare(
      Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs) {
    try (PlanBuilder b = new PlanBuilder(op, inputs, layouts, outputs)) {
      if (!Empty.plan(b, op, inputs, outputs)) {
        if (Widening.serves(b, op, inputs, outputs)) {
          Widening.plan(b, op, inputs, outputs, this::plan);
        } else {
          plan(b, op);
        }
      }
      return b.build();
    }
  }

  @Override
  public boolean winogradPays(Shape x, Shape y) {
    return WinogradOps.pays(x, y);
  }

  @Override
  public Optional<Prepared> prepareChain(Chain chain, List<Layout> layouts) {
    return PooledConvolutions.prepare(chain, layouts)
        .or(() -> SlicedChain.prepare(chain, layouts, this::plan));
  }

  @Override
  public Prepared relayout(TensorSpec spec, Layout from, Layout to) {
    try (PlanBuilder b =
        new PlanBuilder(new Contiguous(), List.of(spec), List.of(from), List.of(spec))) {
      Operand source = b.input(0);
      switch (to) {
        case Layout.Strided s -> b.reorder(source, b.output(0, Mds.of(spec, s)));
        case DnnlLayout d -> b.reorder(source, b.output(0, d.md()));
        case PackedFilters p ->
            b.reorder(source.at(source.md().reshape(p.md().dims())), b.output(0, p));
        case Layout.Opaque o ->
            throw new UnsupportedOperationException(
                NAME + " lacks a copy of " + spec + " from " + from + " to " + o);
      }
      return b.build();
    }
  }

  private void plan(PlanBuilder b, Op op) {
    switch (op) {
      case ElementwiseOp e -> ElementwiseOps.plan(b, e);
      case ReductionOp r -> ReductionOps.plan(b, r);
      case ConvolutionOp c -> ConvolutionOps.plan(b, c);
      case PoolingOp p -> PoolingOps.plan(b, p);
      case NormalizationOp n -> NormalizationOps.plan(b, n);
      case LinearAlgebraOp l -> GemmOps.plan(b, l, gemm);
      case LossOp l -> LossOps.plan(b, l);
      case SourceOp s -> MemoryOps.plan(b, s);
      case LayoutOp l -> MemoryOps.plan(b, l);
      case AxisOp a -> AxisOps.plan(b, a);
      case IndexOp i -> IndexOps.plan(b, i);
      case RecurrentOp r -> RecurrentOps.plan(b, r);
      case QuantizedOp q -> QuantizedOps.plan(b, q);
      case WinogradOp w -> WinogradOps.plan(b, w);
      case InPlaceOp i -> OptimizerOps.plan(b, i);
      case ViewOp v -> throw new IllegalArgumentException(v.name() + ": views are the executor's");
    }
  }

  /** Operations over no elements, which the libraries mostly refuse. */
  private static final class Empty {
    private Empty() {}

    /** Plans the operation if it has nothing to compute; whether it did. */
    static boolean plan(PlanBuilder b, Op op, List<TensorSpec> inputs, List<TensorSpec> outputs) {
      if (op instanceof InPlaceOp i) {
        return inputs.subList(0, i.mutated()).stream().allMatch(Empty::isEmpty);
      }
      boolean nothing = outputs.stream().allMatch(Empty::isEmpty);
      boolean zeros = op instanceof ConvBackwardData && inputs.stream().anyMatch(Empty::isEmpty);
      for (int i = 0; i < outputs.size() && (nothing || zeros); i++) {
        if (outputs.get(i).equals(TensorSpec.WORKSPACE)) {
          MemoryDesc none = MemoryDesc.none();
          b.workspace(i, new WorkspaceLayout(none, none, none));
        } else {
          b.zeros(i);
        }
      }
      return nothing || zeros;
    }

    private static boolean isEmpty(TensorSpec spec) {
      return spec.shape().size() == 0;
    }
  }
}
