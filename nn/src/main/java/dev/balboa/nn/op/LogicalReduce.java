package dev.balboa.nn.op;

import java.util.List;
import java.util.Locale;

/** Reduces the given axes of a {@link DType#BOOL} tensor. Has no gradient. */
public record LogicalReduce(LogicalReduceKind kind, List<Integer> axes, boolean keepDims)
    implements ReductionOp {
  /** Copies the axes and checks their order. */
  public LogicalReduce {
    axes = ReducedAxes.checked(kind.name().toLowerCase(Locale.ROOT), axes);
  }

  /**
   * For a tensor of this shape; negative axes count from the end, no axes at all means every one.
   */
  public static LogicalReduce of(
      LogicalReduceKind kind, Shape shape, boolean keepDims, int... axes) {
    return new LogicalReduce(kind, ReducedAxes.of(shape, axes), keepDims);
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec x = in.get(0);
    Check.dtype(name(), "input", x, DType.BOOL);
    Shape shape = ReducedAxes.result(name(), x.shape(), axes, keepDims);
    return List.of(new TensorSpec(shape, kind == LogicalReduceKind.COUNT ? DType.I64 : DType.BOOL));
  }

  /** How many elements go into one result. */
  public long reduced(Shape shape) {
    return ReducedAxes.count(shape, axes);
  }

  @Override
  public List<Value> vjp(Vjp c) {
    return Vjp.grads((Value) null);
  }

  @Override
  public boolean isDifferentiable(int index) {
    return false;
  }
}
