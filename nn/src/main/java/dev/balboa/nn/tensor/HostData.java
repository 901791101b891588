package dev.balboa.nn.tensor;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.BFloat16;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Function;

/** Copies between Java arrays and tensors. */
final class HostData {
  private static final int SHOWN = 16;

  private HostData() {}

  static Tensor copyIn(float[] elements, Shape shape) {
    return copyIn(
        MemorySegment.ofArray(elements), elements.length, new TensorSpec(shape, DType.F32));
  }

  static Tensor copyIn(double[] elements, Shape shape) {
    return copyIn(
        MemorySegment.ofArray(elements), elements.length, new TensorSpec(shape, DType.F64));
  }

  static Tensor copyIn(int[] elements, Shape shape) {
    return copyIn(
        MemorySegment.ofArray(elements), elements.length, new TensorSpec(shape, DType.I32));
  }

  static Tensor copyIn(long[] elements, Shape shape) {
    return copyIn(
        MemorySegment.ofArray(elements), elements.length, new TensorSpec(shape, DType.I64));
  }

  /**
   * A tensor in the current scope with a copy of {@code source}, which holds {@code count}
   * elements.
   */
  static Tensor copyIn(MemorySegment source, long count, TensorSpec spec) {
    if (count != spec.shape().size()) {
      throw new IllegalArgumentException(
          "tensor: expected " + spec.shape().size() + " elements for " + spec + ", got " + count);
    }
    Block block = Scope.current().allocate(spec.byteSize());
    MemorySegment.copy(source, 0, block.segment(), 0, spec.byteSize());
    return Tensor.of(
        new ArrayValue(spec, new Storage(block, Layout.Strided.contiguous(spec.shape().dims()))));
  }

  /** A tensor in the current scope with the BF16 numbers nearest to these. */
  static Tensor copyInBf16(float[] elements, Shape shape) {
    short[] bits = new short[elements.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = BFloat16.of(elements[i]);
    }
    return copyIn(MemorySegment.ofArray(bits), bits.length, new TensorSpec(shape, DType.BF16));
  }

  static Tensor copyIn(byte[] elements, TensorSpec spec) {
    return copyIn(MemorySegment.ofArray(elements), elements.length, spec);
  }

  static float[] toFloats(ArrayValue value) {
    if (value.spec().dtype() == DType.BF16) {
      short[] bits = read(value, "toFloats", s -> s.toArray(ValueLayout.JAVA_SHORT), DType.BF16);
      float[] x = new float[bits.length];
      for (int i = 0; i < x.length; i++) {
        x[i] = BFloat16.toFloat(bits[i]);
      }
      return x;
    }
    return read(value, "toFloats", s -> s.toArray(ValueLayout.JAVA_FLOAT), DType.F32, DType.BF16);
  }

  static double[] toDoubles(ArrayValue value) {
    return read(value, "toDoubles", s -> s.toArray(ValueLayout.JAVA_DOUBLE), DType.F64);
  }

  static int[] toInts(ArrayValue value) {
    return read(value, "toInts", s -> s.toArray(ValueLayout.JAVA_INT), DType.I32);
  }

  static long[] toLongs(ArrayValue value) {
    return read(value, "toLongs", s -> s.toArray(ValueLayout.JAVA_LONG), DType.I64);
  }

  static byte[] toBytes(ArrayValue value) {
    return read(
        value, "toBytes", s -> s.toArray(ValueLayout.JAVA_BYTE), DType.BOOL, DType.U8, DType.I8);
  }

  private static <A> A read(
      ArrayValue value, String what, Function<MemorySegment, A> reader, DType... accepted) {
    if (!Arrays.asList(accepted).contains(value.spec().dtype())) {
      throw new IllegalArgumentException(
          what
              + ": expected a tensor of type "
              + Arrays.toString(accepted)
              + ", got "
              + value.spec());
    }
    try (var _ = Scope.open()) {
      Storage storage = Execution.current().eager().contiguous(value).storage();
      Block block = storage.block();
      block.acquire();
      try {
        return reader.apply(storage.segment().asSlice(0, value.spec().byteSize()));
      } finally {
        block.release();
      }
    }
  }

  static String describe(Tensor tensor) {
    TensorSpec spec = tensor.spec();
    if (!tensor.hasElements()) {
      return spec + " (captured)";
    }
    if (!tensor.isOpen()) {
      return spec + " (closed)";
    }
    if (spec.shape().size() > SHOWN) {
      return spec.toString();
    }
    return spec
        + " "
        + switch (spec.dtype()) {
          case F32, BF16 -> Arrays.toString(tensor.toFloats());
          case F64 -> Arrays.toString(tensor.toDoubles());
          case I32 -> Arrays.toString(tensor.toInts());
          case I64 -> Arrays.toString(tensor.toLongs());
          case U8, I8, BOOL -> Arrays.toString(tensor.toBytes());
        };
  }
}
