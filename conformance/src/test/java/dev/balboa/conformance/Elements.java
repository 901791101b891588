package dev.balboa.conformance;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A tensor as ONNX stores it.
 *
 * @param name empty if it has none
 * @param type the format's word for the element type
 * @param dims its shape
 * @param raw the elements in row-major order, little-endian, one byte for a Boolean; {@code null}
 *     for texts
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Elements(String name, Type type, long[] dims, byte[] raw) {
  /** Element types, in the order of the format's numbers from 1 on. */
  enum Type {
    FLOAT(4),
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    INT32(4),
    INT64(8),
    STRING(0),
    BOOL(1),
    FLOAT16(2),
    DOUBLE(8),
    UINT32(4),
    UINT64(8),
    COMPLEX64(8),
    COMPLEX128(16),
    BFLOAT16(2);

    private final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }

    int bytes() {
      return bytes;
    }

    static Type of(long number) {
      if (number < 1 || number > values().length) {
        throw new IllegalArgumentException("onnx: element type " + number + " is unknown");
      }
      return values()[(int) number - 1];
    }

    /**
     * Balboa's type.
     *
     * @throws NotCovered if it has none
     */
    DType balboa() {
      String name =
          switch (this) {
            case FLOAT -> "F32";
            case DOUBLE -> "F64";
            case INT32 -> "I32";
            case INT64 -> "I64";
            case UINT8 -> "U8";
            case INT8 -> "I8";
            case BFLOAT16 -> "BF16";
            case BOOL -> "BOOL";
            default -> "";
          };
      return Arrays.stream(DType.values())
          .filter(d -> d.name().equals(name))
          .findAny()
          .orElseThrow(() -> new NotCovered("element type " + this));
    }
  }

  Shape shape() {
    return Shape.of(dims);
  }

  /** A copy in the innermost open scope. */
  Tensor tensor() {
    TensorSpec spec = new TensorSpec(shape(), type.balboa());
    byte[] bytes = raw.clone();
    return Tensors.copyOf(MemorySegment.ofArray(bytes), spec);
  }

  /** The elements as doubles; whole numbers are exact up to 2^53. */
  double[] doubles() {
    ByteBuffer b = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    double[] x = new double[raw.length / type.bytes()];
    for (int i = 0; i < x.length; i++) {
      x[i] =
          switch (type) {
            case FLOAT -> b.getFloat();
            case DOUBLE -> b.getDouble();
            case INT8 -> b.get();
            case UINT8, BOOL -> b.get() & 0xFF;
            case INT16 -> b.getShort();
            case UINT16 -> b.getShort() & 0xFFFF;
            case INT32 -> b.getInt();
            case UINT32 -> b.getInt() & 0xFFFFFFFFL;
            case INT64, UINT64 -> b.getLong();
            case FLOAT16 -> Float.float16ToFloat(b.getShort());
            case BFLOAT16 -> Float.intBitsToFloat(b.getShort() << 16);
            case STRING, COMPLEX64, COMPLEX128 ->
                throw new IllegalStateException("onnx: elements of type " + type);
          };
    }
    return x;
  }
}
