package dev.balboa.nn.exec;

import dev.balboa.nn.op.AttentionOp;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.BatchNormTraining;
import dev.balboa.nn.op.Cast;
import dev.balboa.nn.op.ConvolutionOp;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.ElementwiseOp;
import dev.balboa.nn.op.Executor;
import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.IndexOp;
import dev.balboa.nn.op.LayoutOp;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.PoolingOp;
import dev.balboa.nn.op.RecurrentOp;
import dev.balboa.nn.op.SourceOp;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.ViewOp;
import dev.balboa.nn.op.Vjp;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes convolutions, products, attention and recurrent layers in BF16 and everything that sums
 * or divides many numbers (normalisation, softmax, reductions, losses) in F32, by conversions
 * around them, which are recorded: gradients of F32 parameters are F32. What goes element by
 * element, pools or moves elements stays in the type that it comes in; where F32 and BF16 meet
 * there, it is F32. So does batch normalisation, whose statistics and parameters are F32. Other
 * types are left alone.
 */
final class MixedPrecision implements Executor {
  private final Executor delegate;

  MixedPrecision(Executor delegate) {
    this.delegate = delegate;
  }

  @Override
  public List<Value> apply(Op op, List<Value> inputs) {
    return delegate.apply(
        op,
        switch (op) {
          case ConvolutionOp _, Linear _, Matmul _, AttentionOp _, RecurrentOp _ ->
              converted(inputs, DType.F32, DType.BF16);
          case ViewOp _, InPlaceOp _, SourceOp _, Cast _ -> inputs;
          case ElementwiseOp _, PoolingOp _, LayoutOp _, IndexOp _ ->
              has(inputs, DType.F32) ? converted(inputs, DType.BF16, DType.F32) : inputs;
          case BatchNormTraining _, BatchNormInference _ -> normalized(inputs);
          default -> converted(inputs, DType.BF16, DType.F32);
        });
  }

  @Override
  public List<Value> pullback(Vjp.Definition f, List<Value> at, Value cotangent) {
    return delegate.pullback(f, at, cotangent);
  }

  private static boolean has(List<Value> inputs, DType dtype) {
    return inputs.stream().anyMatch(v -> v.spec().dtype() == dtype);
  }

  /** Data as they come, with a residual in their type, and all that is per channel in F32. */
  private List<Value> normalized(List<Value> inputs) {
    Value x = inputs.getFirst();
    if (x.spec().dtype() != DType.BF16) {
      return converted(inputs, DType.BF16, DType.F32);
    }
    List<Value> all = new ArrayList<>(inputs);
    all.replaceAll(v -> cast(v, v.spec().shape().rank() == 1 ? DType.F32 : DType.BF16));
    return all;
  }

  private List<Value> converted(List<Value> inputs, DType from, DType to) {
    if (!has(inputs, from) || has(inputs, DType.F64)) {
      return inputs;
    }
    List<Value> all = new ArrayList<>(inputs);
    all.replaceAll(v -> v.spec().dtype() == from ? cast(v, to) : v);
    return all;
  }

  private Value cast(Value x, DType to) {
    return x.spec().dtype() == to ? x : delegate.apply(new Cast(to), List.of(x)).get(0);
  }
}
