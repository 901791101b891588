package dev.balboa.nn.cases;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.BFloat16;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Slice;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes tensors of inputs, on the executor and in the scope that are in force. */
final class Placing {
  private Placing() {}

  /** One tensor per input; the same one where inputs are to be identical. */
  static List<Tensor> place(List<Input> inputs) {
    List<Tensor> tensors = new ArrayList<>();
    for (Input in : inputs) {
      if (in.placement() instanceof Placement.Overlapping o && in.sameAs() < 0) {
        List<Tensor> both = overlapping(inputs.get(o.other()), in, o.shift());
        tensors.set(o.other(), both.get(0));
        tensors.add(both.get(1));
      } else {
        tensors.add(in.sameAs() >= 0 ? tensors.get(in.sameAs()) : place(in));
      }
    }
    return tensors;
  }

  /** Views of one block, which agree on the elements that they share. */
  private static List<Tensor> overlapping(Input first, Input second, int shift) {
    int n = first.elements().length;
    int m = second.elements().length;
    double[] all = gap(first.spec().dtype(), Math.max(n, shift + m));
    System.arraycopy(first.elements(), 0, all, 0, n);
    System.arraycopy(second.elements(), 0, all, shift, m);
    Tensor whole = dense(first.spec().withShape(Shape.of(all.length)), all);
    return List.of(
        whole.slice(0, 0, n).reshape(first.spec().shape().dims()),
        whole.slice(0, shift, (long) shift + m).reshape(second.spec().shape().dims()));
  }

  static Tensor place(Input in) {
    TensorSpec spec = in.spec();
    double[] x = in.elements();
    return switch (in.placement()) {
      case Placement.Dense _ -> dense(spec, x);
      case Placement.Shifted s -> {
        double[] more = gap(spec.dtype(), x.length + s.elements());
        System.arraycopy(x, 0, more, s.elements(), x.length);
        yield dense(spec.withShape(Shape.of(more.length)), more)
            .slice(0, s.elements(), more.length)
            .reshape(spec.shape().dims());
      }
      case Placement.Permuted p -> permuted(spec, x, p.order());
      case Placement.Sliced s -> sliced(spec, x, s);
      case Placement.Expanded e -> expanded(spec, x, e);
      case Placement.Blocked _ -> blocked(spec, x);
      case Placement.Overlapping o ->
          throw new IllegalStateException(in + " needs input " + o.other());
    };
  }

  /** Memory axis i is axis {@code order[i]} of the tensor. */
  private static Tensor permuted(TensorSpec spec, double[] x, List<Integer> order) {
    Shape shape = spec.shape();
    long[] dims = new long[order.size()];
    int[] back = new int[order.size()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = shape.dim(order.get(i));
      back[order.get(i)] = i;
    }
    Shape memory = Shape.of(dims);
    double[] stored = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      long[] at = Indices.of(i, memory);
      long[] from = new long[at.length];
      Arrays.setAll(from, axis -> at[back[axis]]);
      stored[i] = x[(int) Indices.offset(from, shape)];
    }
    return dense(spec.withShape(memory), stored).permute(back);
  }

  private static Tensor sliced(TensorSpec spec, double[] x, Placement.Sliced s) {
    long[] dims = spec.shape().dims();
    List<Long> start = new ArrayList<>();
    List<Long> stop = new ArrayList<>();
    List<Long> step = new ArrayList<>();
    for (int i = 0; i < dims.length; i++) {
      start.add((long) s.start().get(i));
      step.add((long) s.step().get(i));
      stop.add(dims[i] == 0 ? start.get(i) : start.get(i) + (dims[i] - 1) * step.get(i) + 1);
      dims[i] = stop.get(i) + s.tail().get(i);
    }
    Shape memory = Shape.of(dims);
    double[] stored = gap(spec.dtype(), Draw.count(memory));
    for (int i = 0; i < x.length; i++) {
      long[] at = Indices.of(i, spec.shape());
      for (int axis = 0; axis < at.length; axis++) {
        at[axis] = start.get(axis) + at[axis] * step.get(axis);
      }
      stored[(int) Indices.offset(at, memory)] = x[i];
    }
    return Tensor.apply(new Slice(start, stop, step), dense(spec.withShape(memory), stored)).get(0);
  }

  private static Tensor expanded(TensorSpec spec, double[] x, Placement.Expanded e) {
    Shape reduced = e.reduced(spec.shape());
    double[] stored = new double[Draw.count(reduced)];
    for (int i = 0; i < stored.length; i++) {
      stored[i] = x[(int) Indices.offset(Indices.of(i, reduced), spec.shape())];
    }
    return dense(spec.withShape(reduced), stored).expand(spec.shape().dims());
  }

  /** What a convolution with the identity gives is exactly its input. */
  private static Tensor blocked(TensorSpec spec, double[] x) {
    int channels = (int) spec.shape().dim(1);
    int spatial = spec.shape().rank() - 2;
    double[] identity = new double[channels * channels];
    for (int c = 0; c < channels; c++) {
      identity[c * channels + c] = 1;
    }
    long[] dims = new long[spatial + 2];
    Arrays.fill(dims, 1);
    dims[0] = channels;
    dims[1] = channels;
    Conv conv = new Conv(Window.uniform(spatial, 1, 1, 1, 0), 1, Activation.IDENTITY);
    TensorSpec weights = spec.withShape(Shape.of(dims));
    return Tensor.apply(conv, dense(spec, x), dense(weights, identity)).get(0);
  }

  /** What lies between the elements of a view: nothing that a kernel may read unnoticed. */
  private static double[] gap(DType dtype, int n) {
    double[] x = new double[n];
    double filler =
        switch (dtype) {
          case F32, F64, BF16 -> Double.NaN;
          case I32, I64 -> Integer.MIN_VALUE;
          case U8 -> 255;
          case I8 -> -128;
          case BOOL -> 1;
        };
    Arrays.fill(x, filler);
    return x;
  }

  static Tensor dense(TensorSpec spec, double... x) {
    Block block = Scope.current().allocate(spec.byteSize());
    MemorySegment s = block.segment();
    for (int i = 0; i < x.length; i++) {
      switch (spec.dtype()) {
        case F32 -> s.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) x[i]);
        case F64 -> s.setAtIndex(ValueLayout.JAVA_DOUBLE, i, x[i]);
        case BF16 -> s.setAtIndex(ValueLayout.JAVA_SHORT, i, BFloat16.of(x[i]));
        case I32 -> s.setAtIndex(ValueLayout.JAVA_INT, i, (int) x[i]);
        case I64 -> s.setAtIndex(ValueLayout.JAVA_LONG, i, (long) x[i]);
        case U8, I8, BOOL -> s.set(ValueLayout.JAVA_BYTE, i, (byte) x[i]);
      }
    }
    return Tensor.of(
        new ArrayValue(spec, new Storage(block, Layout.Strided.contiguous(spec.shape().dims()))));
  }
}
