package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Short names for emitting operations through an executor; the vocabulary in which derivatives are
 * written.
 */
public final class Emit {
  private final Executor executor;

  /** Emits through {@code executor}. */
  public Emit(Executor executor) {
    this.executor = executor;
  }

  /** Applies an operation and gives its first output. */
  public Value apply(Op op, Value... inputs) {
    return executor.apply(op, Arrays.asList(inputs)).get(0);
  }

  /** Applies an operation and gives all outputs. */
  public List<Value> applyAll(Op op, Value... inputs) {
    return executor.apply(op, Arrays.asList(inputs));
  }

  /** A derivative inside of a definition; see {@link Executor#pullback}. */
  List<Value> pullback(Vjp.Definition f, List<Value> at, Value cotangent) {
    return executor.pullback(f, at, cotangent);
  }

  Value unary(UnaryKind kind, Value x) {
    return apply(Unary.of(kind), x);
  }

  /** {@code scale * x + shift}. */
  Value affine(Value x, double scale, double shift) {
    return apply(new Unary(UnaryKind.LINEAR, scale, shift), x);
  }

  Value neg(Value x) {
    return affine(x, -1, 0);
  }

  Value add(Value a, Value b) {
    return apply(new Binary(BinaryKind.ADD), a, b);
  }

  /** The sum of those of two gradients that are there; {@code null} if none is. */
  Value plus(Value a, Value b) {
    return a == null ? b : b == null ? a : add(a, b);
  }

  Value sub(Value a, Value b) {
    return apply(new Binary(BinaryKind.SUB), a, b);
  }

  Value mul(Value a, Value b) {
    return apply(new Binary(BinaryKind.MUL), a, b);
  }

  Value div(Value a, Value b) {
    return apply(new Binary(BinaryKind.DIV), a, b);
  }

  Value compare(CompareKind kind, Value a, Value b) {
    return apply(new Compare(kind), a, b);
  }

  Value where(Value condition, Value a, Value b) {
    return apply(new Where(), condition, a, b);
  }

  Value cast(Value x, DType dtype) {
    return x.spec().dtype() == dtype ? x : apply(new Cast(dtype), x);
  }

  /** 1 where the comparison holds, else 0, in the type of {@code a}. */
  Value indicator(CompareKind kind, Value a, Value b) {
    return cast(compare(kind, a, b), a.spec().dtype());
  }

  Value fill(Shape shape, DType dtype, double value) {
    return apply(new Fill(shape, dtype, value));
  }

  Value fillLike(Value x, double value) {
    return fill(x.spec().shape(), x.spec().dtype(), value);
  }

  /** A scalar in the type of {@code x}; broadcasts against anything. */
  Value scalarLike(Value x, double value) {
    return fill(Shape.scalar(), x.spec().dtype(), value);
  }

  Value sum(Value x, boolean keepDims, int... axes) {
    return reduce(ReduceKind.SUM, x, keepDims, axes);
  }

  Value mean(Value x, boolean keepDims, int... axes) {
    return reduce(ReduceKind.MEAN, x, keepDims, axes);
  }

  private Value reduce(ReduceKind kind, Value x, boolean keepDims, int... axes) {
    return apply(Reduce.of(kind, x.spec().shape(), keepDims, axes), x);
  }

  Value reshape(Value x, Shape shape) {
    return x.spec().shape().equals(shape) ? x : apply(new Reshape(shape), x);
  }

  Value expand(Value x, Shape shape) {
    return x.spec().shape().equals(shape) ? x : apply(new Expand(shape), x);
  }

  Value matmul(Value a, Value b, boolean transA, boolean transB) {
    return apply(new Matmul(transA, transB), a, b);
  }

  /**
   * Sums the dimensions along which {@code shape} was broadcast to the shape of {@code x}: the
   * adjoint of broadcasting.
   */
  Value sumTo(Value x, Shape shape) {
    Shape from = x.spec().shape();
    if (from.equals(shape)) {
      return x;
    }
    int lead = from.rank() - shape.rank();
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < from.rank(); i++) {
      if (i < lead || (shape.dim(i - lead) == 1 && from.dim(i) != 1)) {
        axes.add(i);
      }
    }
    Value summed = axes.isEmpty() ? x : apply(new Reduce(ReduceKind.SUM, axes, true), x);
    return reshape(summed, shape);
  }

  /**
   * Reinserts the reduced axes of {@code y} as ones and expands to {@code to}: the adjoint of a
   * sum.
   */
  Value unreduce(Value y, Reduce reduce, Shape to) {
    return unreduce(y, reduce.axes(), to);
  }

  Value unreduce(Value y, List<Integer> axes, Shape to) {
    Shape kept = to;
    for (int axis : axes) {
      kept = kept.with(axis, 1);
    }
    return expand(reshape(y, kept), to);
  }
}
