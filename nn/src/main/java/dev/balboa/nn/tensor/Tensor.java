package dev.balboa.nn.tensor;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Gradients;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.ArgReduce;
import dev.balboa.nn.op.Assign;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Cast;
import dev.balboa.nn.op.Compare;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.Concat;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Expand;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Permute;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Reshape;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Slice;
import dev.balboa.nn.op.Softmax;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.Where;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An n-dimensional array in off-heap memory, with gradient history if it depends on a tensor that
 * {@linkplain #withGrad requires a gradient}.
 *
 * <p>Ownership: the result of every operation belongs to the innermost {@link Scope} open on the
 * calling thread and is closed with it; {@link #keep} or {@link #moveTo} hands it out. Views
 * (reshape, slice, ...) share the memory of what they view. Using a closed tensor throws {@link
 * IllegalStateException}.
 *
 * <p>Errors: arguments that do not fit an operation throw {@link IllegalArgumentException} with the
 * operation's name, what it expected and what it got.
 *
 * <p>Thread rule: a tensor in a scope is confined to the scope's thread; a kept one may be read by
 * any thread.
 */
public final class Tensor implements AutoCloseable {
  private final Value value;

  private Tensor(Value value) {
    this.value = value;
  }

  /** A handle on a value. */
  public static Tensor of(Value value) {
    return new Tensor(value);
  }

  /** An F32 tensor with these elements in row-major order; no dimensions at all make a vector. */
  public static Tensor of(float[] elements, long... dims) {
    return HostData.copyIn(elements, shapeFor(elements.length, dims));
  }

  /** An F64 tensor with these elements in row-major order; no dimensions at all make a vector. */
  public static Tensor of(double[] elements, long... dims) {
    return HostData.copyIn(elements, shapeFor(elements.length, dims));
  }

  /** An I32 tensor with these elements in row-major order; no dimensions at all make a vector. */
  public static Tensor of(int[] elements, long... dims) {
    return HostData.copyIn(elements, shapeFor(elements.length, dims));
  }

  /** An I64 tensor with these elements in row-major order; no dimensions at all make a vector. */
  public static Tensor of(long[] elements, Shape shape) {
    return HostData.copyIn(elements, shape);
  }

  /** An F32 scalar. */
  public static Tensor scalar(float x) {
    return HostData.copyIn(new float[] {x}, Shape.scalar());
  }

  private static Shape shapeFor(int length, long... dims) {
    return dims.length == 0 ? Shape.of(length) : Shape.of(dims);
  }

  /** Applies any operation to tensors. */
  public static List<Tensor> apply(Op op, Tensor... inputs) {
    List<Value> values = new ArrayList<>(inputs.length);
    for (Tensor t : inputs) {
      values.add(t.value);
    }
    List<Value> outputs = Execution.current().apply(op, values);
    if (outputs.size() == 1) {
      return List.of(new Tensor(outputs.get(0)));
    }
    return outputs.stream().map(Tensor::new).toList();
  }

  private Tensor then(Op op, Tensor... others) {
    if (others.length == 0) {
      return apply(op, this).get(0);
    }
    Tensor[] all = new Tensor[others.length + 1];
    all[0] = this;
    System.arraycopy(others, 0, all, 1, others.length);
    return apply(op, all).get(0);
  }

  /** What the handle holds. */
  public Value value() {
    return value;
  }

  /** Shape and element type. */
  public TensorSpec spec() {
    return value.spec();
  }

  /** The shape. */
  public Shape shape() {
    return value.spec().shape();
  }

  /** The element type. */
  public DType dtype() {
    return value.spec().dtype();
  }

  // ---- Lifetime ----

  private ArrayValue array() {
    return (ArrayValue) Gradients.withoutHistory(value);
  }

  /** Takes the memory out of its scope; the caller closes it. Affects every view of that memory. */
  public Tensor keep() {
    array().storage().block().keep();
    return this;
  }

  /** Gives the memory to another open scope of this thread. */
  public Tensor moveTo(Scope scope) {
    array().storage().block().moveTo(scope);
    return this;
  }

  /** Whether the memory is open. */
  public boolean isOpen() {
    return array().storage().block().isAlive();
  }

  /** Frees the memory now; closing twice is harmless. Every view of it is closed too. */
  @Override
  public void close() {
    array().storage().block().close();
  }

  // ---- Reading ----

  /** The elements in row-major order, F32 only. */
  public float[] toFloats() {
    return HostData.toFloats(array());
  }

  /** The elements in row-major order, F64 only. */
  public double[] toDoubles() {
    return HostData.toDoubles(array());
  }

  /** The elements in row-major order, I32 only. */
  public int[] toInts() {
    return HostData.toInts(array());
  }

  /** The elements in row-major order, one byte each, BOOL and U8 only. */
  public byte[] toBytes() {
    return HostData.toBytes(array());
  }

  /** The value of a floating-point tensor of one element. */
  public double item() {
    if (shape().size() != 1) {
      throw new IllegalArgumentException("item: expected a tensor of one element, got " + spec());
    }
    return dtype() == DType.F64 ? toDoubles()[0] : toFloats()[0];
  }

  // ---- Gradients ----

  /** A leaf on the same data whose gradient {@link #backward} accumulates. */
  public Tensor withGrad() {
    return new Tensor(Gradients.leaf(value));
  }

  /** The same data without history: no gradient flows through it. */
  public Tensor detach() {
    return new Tensor(Gradients.withoutHistory(value));
  }

  /** Whether gradients flow into this tensor. */
  public boolean requiresGrad() {
    return Gradients.requiresGrad(value);
  }

  /** Accumulates the derivatives of this one-element tensor in every leaf that it depends on. */
  public void backward() {
    Gradients.backward(value, null);
  }

  /** Accumulates derivatives weighted by {@code cotangent}, of this tensor's spec. */
  public void backward(Tensor cotangent) {
    Gradients.backward(value, cotangent.value);
  }

  /** The accumulated gradient of a leaf, {@code null} if there is none; owned by the leaf. */
  public Tensor grad() {
    ArrayValue grad = Gradients.accumulated(value);
    return grad == null ? null : new Tensor(grad);
  }

  /** Drops the accumulated gradient of a leaf. */
  public void zeroGrad() {
    Gradients.clear(value);
  }

  /**
   * Derivatives of this one-element tensor with respect to others, {@code null} where it does not
   * depend on one.
   *
   * @param createGraph whether the results can be differentiated again
   */
  public List<Tensor> grad(boolean createGraph, Tensor... inputs) {
    return grad(null, createGraph, inputs);
  }

  /**
   * Derivatives weighted by {@code cotangent}, of this tensor's spec; see {@link #grad(boolean,
   * Tensor...)}.
   */
  public List<Tensor> grad(Tensor cotangent, boolean createGraph, Tensor... inputs) {
    List<Value> values = Arrays.stream(inputs).map(Tensor::value).toList();
    List<Tensor> out = new ArrayList<>();
    for (Value v :
        Gradients.of(value, cotangent == null ? null : cotangent.value, values, createGraph)) {
      out.add(v == null ? null : new Tensor(v));
    }
    return out;
  }

  // ---- Arithmetic, with NumPy broadcasting ----

  /** this + other. */
  public Tensor add(Tensor other) {
    return then(new Binary(BinaryKind.ADD), other);
  }

  /** this - other. */
  public Tensor sub(Tensor other) {
    return then(new Binary(BinaryKind.SUB), other);
  }

  /** this * other. */
  public Tensor mul(Tensor other) {
    return then(new Binary(BinaryKind.MUL), other);
  }

  /** this / other. */
  public Tensor div(Tensor other) {
    return then(new Binary(BinaryKind.DIV), other);
  }

  /** The larger of the two. */
  public Tensor maximum(Tensor other) {
    return then(new Binary(BinaryKind.MAX), other);
  }

  /** The smaller of the two. */
  public Tensor minimum(Tensor other) {
    return then(new Binary(BinaryKind.MIN), other);
  }

  /** this to the power of other. */
  public Tensor pow(Tensor other) {
    return then(new Binary(BinaryKind.POW), other);
  }

  /** this + x. */
  public Tensor add(double x) {
    return then(new Unary(UnaryKind.LINEAR, 1, x));
  }

  /** this * x. */
  public Tensor mul(double x) {
    return then(new Unary(UnaryKind.LINEAR, x, 0));
  }

  /** -this. */
  public Tensor neg() {
    return mul(-1);
  }

  /** A function with its customary parameters, element by element. */
  public Tensor map(UnaryKind kind) {
    return then(Unary.of(kind));
  }

  /** min(max(this, low), high). */
  public Tensor clip(double low, double high) {
    return then(new Unary(UnaryKind.CLIP, low, high));
  }

  /** exp(this). */
  public Tensor exp() {
    return map(UnaryKind.EXP);
  }

  /** Natural logarithm. */
  public Tensor log() {
    return map(UnaryKind.LOG);
  }

  /** Square root. */
  public Tensor sqrt() {
    return map(UnaryKind.SQRT);
  }

  /** this squared. */
  public Tensor square() {
    return map(UnaryKind.SQUARE);
  }

  /** |this|. */
  public Tensor abs() {
    return map(UnaryKind.ABS);
  }

  /** Hyperbolic tangent. */
  public Tensor tanh() {
    return map(UnaryKind.TANH);
  }

  /** Logistic function. */
  public Tensor sigmoid() {
    return map(UnaryKind.SIGMOID);
  }

  /** max(this, 0). */
  public Tensor relu() {
    return map(UnaryKind.RELU);
  }

  /** A comparison, as BOOL. */
  public Tensor compare(CompareKind kind, Tensor other) {
    return then(new Compare(kind), other);
  }

  /** This (BOOL) chooses: a where true, else b. */
  public Tensor where(Tensor a, Tensor b) {
    return then(new Where(), a, b);
  }

  /** The elements converted to another type; this tensor itself if it has that type. */
  public Tensor cast(DType dtype) {
    return dtype() == dtype ? this : then(new Cast(dtype));
  }

  // ---- Reductions; no axes at all means every one, negative axes count from the end ----

  /** Sum over axes, which are removed. */
  public Tensor sum(int... axes) {
    return reduce(ReduceKind.SUM, false, axes);
  }

  /** Mean over axes, which are removed. */
  public Tensor mean(int... axes) {
    return reduce(ReduceKind.MEAN, false, axes);
  }

  /** Maximum over axes, which are removed. */
  public Tensor max(int... axes) {
    return reduce(ReduceKind.MAX, false, axes);
  }

  /** Minimum over axes, which are removed. */
  public Tensor min(int... axes) {
    return reduce(ReduceKind.MIN, false, axes);
  }

  /** Any reduction; {@code keepDims} leaves reduced axes as ones. */
  public Tensor reduce(ReduceKind kind, boolean keepDims, int... axes) {
    return then(Reduce.of(kind, shape(), keepDims, axes));
  }

  /** Index of the largest element along an axis, I32. */
  public Tensor argmax(int axis) {
    return then(new ArgReduce(true, shape().axis(axis)));
  }

  /** Index of the smallest element along an axis, I32. */
  public Tensor argmin(int axis) {
    return then(new ArgReduce(false, shape().axis(axis)));
  }

  /** Softmax along an axis. */
  public Tensor softmax(int axis) {
    return then(new Softmax(shape().axis(axis), false));
  }

  /** Logarithm of softmax along an axis. */
  public Tensor logSoftmax(int axis) {
    return then(new Softmax(shape().axis(axis), true));
  }

  // ---- Linear algebra ----

  /** Matrix product over the last two dimensions; leading ones broadcast. */
  public Tensor matmul(Tensor other) {
    return then(new Matmul(false, false), other);
  }

  /** Matrix product with either operand transposed in its last two dimensions. */
  public Tensor matmul(Tensor other, boolean transposeThis, boolean transposeOther) {
    return then(new Matmul(transposeThis, transposeOther), other);
  }

  // ---- Shape ----

  /** The same elements under another shape; one dimension may be -1 and is computed. */
  public Tensor reshape(long... dims) {
    long[] d = dims.clone();
    int unknown = -1;
    long known = 1;
    for (int i = 0; i < d.length; i++) {
      if (d[i] == -1 && unknown < 0) {
        unknown = i;
      } else {
        known *= d[i];
      }
    }
    if (unknown >= 0) {
      if (known == 0 || shape().size() % known != 0) {
        throw new IllegalArgumentException(
            "reshape: " + shape() + " does not divide into " + Arrays.toString(dims));
      }
      d[unknown] = shape().size() / known;
    }
    return then(new Reshape(Shape.of(d)));
  }

  /** All axes from {@code start} on joined into one. */
  public Tensor flatten(int start) {
    int from = shape().axis(start);
    long rest = shape().slice(from, shape().rank()).size();
    return then(new Reshape(shape().slice(0, from).append(rest)));
  }

  /** Output axis i is axis {@code axes[i]}. */
  public Tensor permute(int... axes) {
    return then(new Permute(IntStream.of(axes).map(shape()::axis).boxed().toList()));
  }

  /** Two axes exchanged. */
  public Tensor transpose(int a, int b) {
    int[] axes = IntStream.range(0, shape().rank()).toArray();
    axes[shape().axis(a)] = shape().axis(b);
    axes[shape().axis(b)] = shape().axis(a);
    return permute(axes);
  }

  /** Broadcast to a larger shape, without copying. */
  public Tensor expand(long... dims) {
    return then(new Expand(Shape.of(dims)));
  }

  /** An axis of size one inserted before {@code axis}. */
  public Tensor unsqueeze(int axis) {
    int at = axis < 0 ? axis + shape().rank() + 1 : axis;
    return then(
        new Reshape(
            shape().slice(0, at).append(1).append(shape().slice(at, shape().rank()).dims())));
  }

  /** An axis of size one removed. */
  public Tensor squeeze(int axis) {
    int at = shape().axis(axis);
    if (shape().dim(at) != 1) {
      throw new IllegalArgumentException(
          "squeeze: expected size 1 on axis " + axis + ", got " + shape());
    }
    return then(
        new Reshape(shape().slice(0, at).append(shape().slice(at + 1, shape().rank()).dims())));
  }

  /** The elements [from, to) of one axis, as a view. */
  public Tensor slice(int axis, long from, long to) {
    return then(Slice.along(shape(), axis, from, to));
  }

  /** Tensors joined along an axis. */
  public static Tensor concat(int axis, Tensor... parts) {
    if (parts.length == 0) {
      throw new IllegalArgumentException("concat: expected at least one tensor, got none");
    }
    return apply(new Concat(parts[0].shape().axis(axis)), parts).get(0);
  }

  /** Tensors of one shape joined along a new axis. */
  public static Tensor stack(int axis, Tensor... parts) {
    return concat(axis, Arrays.stream(parts).map(t -> t.unsqueeze(axis)).toArray(Tensor[]::new));
  }

  /** A dense row-major copy. */
  public Tensor copy() {
    return then(new Contiguous());
  }

  // ---- Writing in place ----

  /**
   * Copies {@code other}, of the same spec, over this tensor's elements; not recorded, so this must
   * not require a gradient.
   */
  public void assign(Tensor other) {
    apply(new Assign(), this, other);
  }

  /** Spec and, for small tensors, elements. */
  @Override
  public String toString() {
    return HostData.describe(this);
  }
}
