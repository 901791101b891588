package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.LoadedNatives;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.Natives;
import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.AdamStep;
import dev.balboa.nn.op.ArgReduce;
import dev.balboa.nn.op.Assign;
import dev.balboa.nn.op.AvgPool;
import dev.balboa.nn.op.AvgPoolBackward;
import dev.balboa.nn.op.BatchNormBackward;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.BatchNormTraining;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.Cast;
import dev.balboa.nn.op.Compare;
import dev.balboa.nn.op.Concat;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvBackwardData;
import dev.balboa.nn.op.ConvBackwardWeights;
import dev.balboa.nn.op.ConvolutionOp;
import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.CrossEntropyBackward;
import dev.balboa.nn.op.Dropout;
import dev.balboa.nn.op.ElementwiseOp;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.LayoutOp;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.LinearAlgebraOp;
import dev.balboa.nn.op.LossOp;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.MaxPoolBackward;
import dev.balboa.nn.op.MaxPoolGather;
import dev.balboa.nn.op.NormalizationOp;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.PoolingOp;
import dev.balboa.nn.op.RandomNormal;
import dev.balboa.nn.op.RandomUniform;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReductionOp;
import dev.balboa.nn.op.RmsPropStep;
import dev.balboa.nn.op.SgdStep;
import dev.balboa.nn.op.SliceScatter;
import dev.balboa.nn.op.Softmax;
import dev.balboa.nn.op.SoftmaxBackward;
import dev.balboa.nn.op.SourceOp;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryBackward;
import dev.balboa.nn.op.ViewOp;
import dev.balboa.nn.op.Where;
import java.util.List;

/**
 * Matrix products on OpenBLAS, primitives on oneDNN, and Balboa's own kernels for what neither has.
 * Activations stay in the layouts that oneDNN chooses, from operation to operation; whatever needs
 * plain memory gets it by one reorder.
 */
public final class NativeBackend implements Backend {
  static final String NAME = "native";

  private final LoadedNatives natives;

  private NativeBackend(LoadedNatives natives) {
    this.natives = natives;
  }

  /**
   * Loads the native libraries if that has not happened yet.
   *
   * @throws RuntimeException from the loader, naming the library and every place tried
   */
  public static NativeBackend create() {
    return new NativeBackend(Natives.loaded());
  }

  /** Which libraries were loaded from where, their versions and the instruction set. */
  public String describe() {
    return natives.describe();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Prepared prepare(
      Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs) {
    try (PlanBuilder b = new PlanBuilder(op, inputs, layouts, outputs)) {
      if (!Empty.plan(b, op, inputs, outputs)) {
        plan(b, op);
      }
      return b.build();
    }
  }

  private static void plan(PlanBuilder b, Op op) {
    switch (op) {
      case ElementwiseOp e -> elementwise(b, e);
      case ReductionOp r -> reduction(b, r);
      case ConvolutionOp c -> convolution(b, c);
      case PoolingOp p -> pooling(b, p);
      case NormalizationOp n -> normalization(b, n);
      case LinearAlgebraOp l -> linearAlgebra(b, l);
      case LossOp l -> loss(b, l);
      case SourceOp s -> source(b, s);
      case LayoutOp l -> layout(b, l);
      case InPlaceOp i -> inPlace(b, i);
      case ViewOp v -> throw new IllegalArgumentException(v.name() + ": views are the executor's");
    }
  }

  private static void elementwise(PlanBuilder b, ElementwiseOp op) {
    switch (op) {
      case Unary o -> ElementwiseOps.unary(b, o);
      case UnaryBackward o -> ElementwiseOps.unaryBackward(b, o);
      case Binary o -> ElementwiseOps.binary(b, o);
      case Compare o -> ElementwiseOps.compare(b, o);
      case Where _ -> ElementwiseOps.where(b);
      case Cast o -> ElementwiseOps.cast(b, o);
      case Dropout o -> ElementwiseOps.dropout(b, o);
    }
  }

  private static void reduction(PlanBuilder b, ReductionOp op) {
    switch (op) {
      case Reduce o -> ReductionOps.reduce(b, o);
      case ArgReduce o -> ReductionOps.argReduce(b, o);
      case Softmax o -> ReductionOps.softmax(b, o);
      case SoftmaxBackward o -> ReductionOps.softmaxBackward(b, o);
    }
  }

  private static void convolution(PlanBuilder b, ConvolutionOp op) {
    switch (op) {
      case Conv o -> ConvolutionOps.forward(b, o);
      case ConvBackwardData o -> ConvolutionOps.backwardData(b, o);
      case ConvBackwardWeights o -> ConvolutionOps.backwardWeights(b, o);
    }
  }

  private static void pooling(PlanBuilder b, PoolingOp op) {
    switch (op) {
      case MaxPool o -> PoolingOps.max(b, o);
      case MaxPoolBackward o -> PoolingOps.maxBackward(b, o);
      case MaxPoolGather o -> MemoryOps.maxPoolGather(b, o);
      case AvgPool o -> PoolingOps.average(b, o);
      case AvgPoolBackward o -> PoolingOps.averageBackward(b, o);
    }
  }

  private static void normalization(PlanBuilder b, NormalizationOp op) {
    switch (op) {
      case BatchNormTraining o -> BatchNormOps.training(b, o);
      case BatchNormInference o -> BatchNormOps.inference(b, o);
      case BatchNormBackward o -> BatchNormOps.backward(b, o);
    }
  }

  private static void linearAlgebra(PlanBuilder b, LinearAlgebraOp op) {
    switch (op) {
      case Matmul o -> GemmOps.matmul(b, o);
      case Linear o -> GemmOps.linear(b, o);
    }
  }

  private static void loss(PlanBuilder b, LossOp op) {
    switch (op) {
      case CrossEntropy o -> LossOps.crossEntropy(b, o);
      case CrossEntropyBackward o -> LossOps.crossEntropyBackward(b, o);
      case OneHot o -> LossOps.oneHot(b, o);
    }
  }

  private static void source(PlanBuilder b, SourceOp op) {
    switch (op) {
      case Fill o -> MemoryOps.fill(b, o);
      case RandomUniform o -> MemoryOps.uniform(b, o);
      case RandomNormal o -> MemoryOps.normal(b, o);
    }
  }

  private static void layout(PlanBuilder b, LayoutOp op) {
    switch (op) {
      case Contiguous _ -> MemoryOps.contiguous(b);
      case Concat o -> MemoryOps.concat(b, o);
      case SliceScatter o -> MemoryOps.sliceScatter(b, o);
    }
  }

  private static void inPlace(PlanBuilder b, InPlaceOp op) {
    switch (op) {
      case Assign _ -> MemoryOps.assign(b);
      case SgdStep o -> OptimizerOps.sgd(b, o);
      case AdamStep o -> OptimizerOps.adam(b, o);
      case RmsPropStep o -> OptimizerOps.rmsProp(b, o);
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
          b.call(s -> s[0].fill((byte) 0), b.denseOutput(i));
        }
      }
      return nothing || zeros;
    }

    private static boolean isEmpty(TensorSpec spec) {
      return spec.shape().size() == 0;
    }
  }
}
