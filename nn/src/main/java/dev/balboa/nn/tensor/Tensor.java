package dev.balboa.nn.tensor;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.CaptureException;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Gradients;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Assign;
import dev.balboa.nn.op.Concat;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

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
public final class Tensor
    implements AutoCloseable,
        ElementwiseMethods,
        ReductionMethods,
        ProductMethods,
        ShapeMethods,
        IndexMethods {
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

  static Shape shapeFor(int length, long... dims) {
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

  /** One operation on {@code first} and {@code others}; its first output. */
  static Tensor then(Tensor first, Op op, Tensor... others) {
    Value[] values = new Value[others.length + 1];
    values[0] = first.value;
    for (int i = 0; i < others.length; i++) {
      values[i + 1] = others[i].value;
    }
    return new Tensor(Execution.current().apply(op, Arrays.asList(values)).get(0));
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
  @Override
  public Shape shape() {
    return value.spec().shape();
  }

  /** The element type. */
  @Override
  public DType dtype() {
    return value.spec().dtype();
  }

  // ---- Lifetime ----

  /**
   * The data.
   *
   * @param what is done with it, for the message
   * @throws CaptureException if there is none, in a graph that is being captured
   */
  private ArrayValue array(String what) {
    if (Gradients.withoutHistory(value) instanceof ArrayValue array) {
      return array;
    }
    throw CaptureException.elements(what, spec());
  }

  /** Does something to the memory, if there is any: in a graph that is captured there is none. */
  private void onMemory(Consumer<Block> action) {
    if (Gradients.withoutHistory(value) instanceof ArrayValue array) {
      action.accept(array.storage().block());
    }
  }

  /** Whether there are elements: not in a graph that is being captured. */
  boolean hasElements() {
    return Gradients.withoutHistory(value) instanceof ArrayValue;
  }

  /** Takes the memory out of its scope; the caller closes it. Affects every view of that memory. */
  public Tensor keep() {
    onMemory(Block::keep);
    return this;
  }

  /** Gives the memory to another open scope of this thread. */
  public Tensor moveTo(Scope scope) {
    onMemory(block -> block.moveTo(scope));
    return this;
  }

  /** Whether the memory is open. */
  public boolean isOpen() {
    return !hasElements() || array("isOpen").storage().block().isAlive();
  }

  /** Frees the memory now; closing twice is harmless. Every view of it is closed too. */
  @Override
  public void close() {
    onMemory(Block::close);
  }

  // ---- Reading ----

  /** The elements in row-major order, F32 and BF16 only. */
  public float[] toFloats() {
    return HostData.toFloats(array("toFloats"));
  }

  /** The elements in row-major order, F64 only. */
  public double[] toDoubles() {
    return HostData.toDoubles(array("toDoubles"));
  }

  /** The elements in row-major order, I32 only. */
  public int[] toInts() {
    return HostData.toInts(array("toInts"));
  }

  /** The elements in row-major order, I64 only. */
  public long[] toLongs() {
    return HostData.toLongs(array("toLongs"));
  }

  /** The elements in row-major order, one byte each, BOOL, U8 and I8 only. */
  public byte[] toBytes() {
    return HostData.toBytes(array("toBytes"));
  }

  /** The value of a floating-point tensor of one element. */
  public double item() {
    if (shape().size() != 1) {
      throw new IllegalArgumentException("item: expected a tensor of one element, got " + spec());
    }
    ArrayValue data = array("item");
    return dtype() == DType.F64 ? HostData.toDoubles(data)[0] : HostData.toFloats(data)[0];
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

  /**
   * {@link #backward()} for the last time: as it goes on it closes every tensor that was computed
   * on the way to this one and is in the innermost scope, so that gradients take the place of what
   * they were computed from. This tensor, leaves, and {@code kept} stay open.
   */
  public void backwardAndFree(Tensor... kept) {
    Gradients.backward(value, null, Arrays.stream(kept).map(Tensor::value).toList());
  }

  /** Accumulates derivatives weighted by {@code cotangent}, of this tensor's spec. */
  public void backward(Tensor cotangent) {
    Gradients.backward(value, cotangent.value);
  }

  /** The accumulated gradient of a leaf, {@code null} if there is none; owned by the leaf. */
  public Tensor grad() {
    Value grad = Gradients.accumulated(value);
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
    Value[] values = new Value[inputs.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = inputs[i].value;
    }
    List<Tensor> out = new ArrayList<>(values.length);
    for (Value v :
        Gradients.of(
            value, cotangent == null ? null : cotangent.value, List.of(values), createGraph)) {
      out.add(v == null ? null : new Tensor(v));
    }
    return out;
  }

  // ---- Joining ----

  /** Tensors joined along an axis. */
  public static Tensor concat(int axis, Tensor... parts) {
    if (parts.length == 0) {
      throw new IllegalArgumentException("concat: expected at least one tensor, got none");
    }
    return apply(new Concat(parts[0].shape().axis("concat", axis)), parts).get(0);
  }

  /** Tensors of one shape joined along a new axis. */
  public static Tensor stack(int axis, Tensor... parts) {
    return concat(axis, Arrays.stream(parts).map(t -> t.unsqueeze(axis)).toArray(Tensor[]::new));
  }

  // ---- Writing in place ----

  /**
   * Copies {@code other}, of the same spec, over this tensor's elements; not recorded, so this must
   * not require a gradient.
   *
   * @throws IllegalArgumentException if this is a result that the backend keeps in a layout of its
   *     own, as convolutions' are, or a view of one: write to a {@link #copy()} of it
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
