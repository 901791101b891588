package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.AxisOp;
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
import dev.balboa.nn.op.SourceOp;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.ViewOp;
import dev.balboa.nn.op.WinogradOp;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Plain Java loops that define what every operation means, in F32 and F64. Both are computed in
 * {@code double} and rounded once, when the result is stored; integers are never rounded.
 *
 * <p>Inputs may be strided in any way; outputs are dense and row-major. Tensors are limited to
 * 2^31-1 elements. Nothing native is touched but the tensors' memory.
 *
 * <p>Thread rule: stateless, free to share, and so is what it prepares.
 */
public final class ReferenceBackend implements Backend {
  static final String NAME = "reference";

  private ReferenceBackend() {}

  /** The reference backend; it has no state. */
  public static ReferenceBackend create() {
    return new ReferenceBackend();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Prepared prepare(
      Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs) {
    checkSizes(op, inputs, outputs);
    Call call = new Call(op, inputs, layouts, outputs);
    return switch (op) {
      case ElementwiseOp o -> ElementwiseKernels.prepare(o, call);
      case ReductionOp o -> ReductionKernels.prepare(o, call);
      case ConvolutionOp o -> ConvolutionKernels.prepare(o, call);
      case PoolingOp o -> PoolingKernels.prepare(o, call);
      case NormalizationOp o -> NormalizationKernels.prepare(o, call);
      case LinearAlgebraOp o -> LinearAlgebraKernels.prepare(o, call);
      case LossOp o -> LossKernels.prepare(o, call);
      case SourceOp o -> SourceKernels.prepare(o, call);
      case LayoutOp o -> LayoutKernels.prepare(o, call);
      case AxisOp o -> AxisKernels.prepare(o, call);
      case IndexOp o -> IndexKernels.prepare(o, call);
      case RecurrentOp o -> RecurrentKernels.prepare(o, call);
      case QuantizedOp o -> QuantizedKernels.prepare(o, call);
      case WinogradOp o -> WinogradKernels.prepare(o, call);
      case InPlaceOp o -> InPlaceKernels.prepare(o, call);
      case ViewOp o ->
          throw new IllegalArgumentException(
              o.name() + ": a view is applied by the executor, not by a backend");
    };
  }

  private static void checkSizes(Op op, List<TensorSpec> inputs, List<TensorSpec> outputs) {
    boolean fits =
        Stream.concat(inputs.stream(), outputs.stream())
            .map(TensorSpec::shape)
            .flatMapToLong(shape ->
                LongStream.concat(LongStream.of(shape.size()), Arrays.stream(shape.dims())))
            .allMatch(n -> n <= Integer.MAX_VALUE);
    if (!fits) {
      throw new UnsupportedOperationException(
          "%s lacks %s on more than 2^31-1 elements: %s to %s"
              .formatted(NAME, op.name(), inputs, outputs));
    }
  }
}
