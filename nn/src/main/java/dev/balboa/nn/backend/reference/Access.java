package dev.balboa.nn.backend.reference;

import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.BFloat16;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The way a kernel sees a tensor in memory: element (i0, i1, ...) lies at offset + sum(i_k
 * stride_k) elements. Broadcasting, transposing and slicing are other strides, so that kernels need
 * not know of them. Immutable.
 */
final class Access {
  private final DType dtype;
  private final Shape shape;
  private final long[] strides;
  private final long offset;

  private Access(DType dtype, Shape shape, long[] strides, long offset) {
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
  }

  /** All elements of a tensor. */
  static Access of(DType dtype, Shape shape, Layout.Strided layout) {
    return new Access(dtype, shape, layout.strides(), 0);
  }

  /** All elements of a dense tensor. */
  static Access dense(DType dtype, Shape shape) {
    return of(dtype, shape, Layout.Strided.contiguous(shape.dims()));
  }

  Shape shape() {
    return shape;
  }

  int count() {
    return Math.toIntExact(shape.size());
  }

  /** Repeats elements along the dimensions that broadcast. */
  Access broadcastTo(Shape target) {
    long[] s = new long[target.rank()];
    int lead = s.length - strides.length;
    for (int i = 0; i < strides.length; i++) {
      s[lead + i] = shape.dim(i) == 1 ? 0 : strides[i];
    }
    return new Access(dtype, target, s, offset);
  }

  /** Axis i of the result is axis {@code axes[i]} of this. */
  Access permute(int... axes) {
    long[] dims = new long[axes.length];
    long[] s = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      dims[i] = shape.dim(axes[i]);
      s[i] = strides[axes[i]];
    }
    return new Access(dtype, Shape.of(dims), s, offset);
  }

  /** As many zeros as there are elements. */
  Elements zeros() {
    return Elements.zeros(dtype, count());
  }

  /** Writes elements that come in row-major order. */
  void store(Elements source, MemorySegment target) {
    forEachRow((at, base, step, n) -> storeRow(source, at, target, base, step, n));
  }

  /** The elements in row-major order. */
  Elements load(MemorySegment source) {
    Elements target = zeros();
    forEachRow((at, base, step, n) -> loadRow(source, base, step, target, at, n));
    return target;
  }

  @FunctionalInterface
  private interface Row {
    void accept(int at, long base, long step, int count);
  }

  private void forEachRow(Row row) {
    int count = count();
    if (count == 0) {
      return;
    }
    if (Layout.Strided.of(strides).isContiguous(shape.dims())) {
      row.accept(0, offset, 1, count);
      return;
    }
    int last = strides.length - 1;
    int length = (int) shape.dim(last);
    for (int r = 0; r < count / length; r++) {
      long base = offset;
      long rest = r;
      for (int axis = last - 1; axis >= 0; axis--) {
        base += rest % shape.dim(axis) * strides[axis];
        rest /= shape.dim(axis);
      }
      row.accept(r * length, base, strides[last], length);
    }
  }

  private void loadRow(MemorySegment source, long base, long step, Elements target, int at, int n) {
    switch (dtype) {
      case F32, F64, BF16 -> loadReals(source, base, step, target.reals(), at, n);
      case I32, I64, U8, I8, BOOL -> loadWholes(source, base, step, target.wholes(), at, n);
    }
  }

  private void loadReals(
      MemorySegment source, long base, long step, double[] target, int at, int n) {
    for (int i = 0; i < n; i++) {
      long from = base + i * step;
      target[at + i] =
          switch (dtype) {
            case F32 -> source.getAtIndex(ValueLayout.JAVA_FLOAT, from);
            case F64 -> source.getAtIndex(ValueLayout.JAVA_DOUBLE, from);
            case BF16 -> BFloat16.toFloat(source.getAtIndex(ValueLayout.JAVA_SHORT, from));
            case I32, I64, U8, I8, BOOL ->
                throw new IllegalStateException(dtype + " is no floating-point type");
          };
    }
  }

  private void loadWholes(
      MemorySegment source, long base, long step, long[] target, int at, int n) {
    for (int i = 0; i < n; i++) {
      long from = base + i * step;
      target[at + i] =
          switch (dtype) {
            case I32 -> source.getAtIndex(ValueLayout.JAVA_INT, from);
            case I64 -> source.getAtIndex(ValueLayout.JAVA_LONG, from);
            case U8 -> source.get(ValueLayout.JAVA_BYTE, from) & 0xFF;
            case I8 -> source.get(ValueLayout.JAVA_BYTE, from);
            case BOOL -> source.get(ValueLayout.JAVA_BYTE, from) == 0 ? 0 : 1;
            case F32, F64, BF16 -> throw new IllegalStateException(dtype + " is no integer type");
          };
    }
  }

  private void storeRow(
      Elements source, int at, MemorySegment target, long base, long step, int n) {
    switch (dtype) {
      case F32, F64, BF16 -> storeReals(source.reals(), at, target, base, step, n);
      case I32, I64, U8, I8, BOOL -> storeWholes(source.wholes(), at, target, base, step, n);
    }
  }

  private void storeReals(
      double[] source, int at, MemorySegment target, long base, long step, int n) {
    for (int i = 0; i < n; i++) {
      long to = base + i * step;
      switch (dtype) {
        case F32 -> target.setAtIndex(ValueLayout.JAVA_FLOAT, to, (float) source[at + i]);
        case F64 -> target.setAtIndex(ValueLayout.JAVA_DOUBLE, to, source[at + i]);
        case BF16 -> target.setAtIndex(ValueLayout.JAVA_SHORT, to, BFloat16.of(source[at + i]));
        case I32, I64, U8, I8, BOOL ->
            throw new IllegalStateException(dtype + " is no floating-point type");
      }
    }
  }

  private void storeWholes(
      long[] source, int at, MemorySegment target, long base, long step, int n) {
    for (int i = 0; i < n; i++) {
      long to = base + i * step;
      switch (dtype) {
        case I32 -> target.setAtIndex(ValueLayout.JAVA_INT, to, (int) source[at + i]);
        case I64 -> target.setAtIndex(ValueLayout.JAVA_LONG, to, source[at + i]);
        case U8, I8, BOOL -> target.set(ValueLayout.JAVA_BYTE, to, (byte) source[at + i]);
        case F32, F64, BF16 -> throw new IllegalStateException(dtype + " is no integer type");
      }
    }
  }

  /** For example {@code F32[2, 3] strided[3, 1]}. */
  @Override
  public String toString() {
    return dtype + shape.toString() + " " + Layout.Strided.of(strides);
  }
}
