package dev.balboa.nn.exec;

import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.BFloat16;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * An element that is infinite or not a number: the first NaN of a value in row-major order or, if
 * it has none, the first infinity.
 */
record NonFinite(List<Long> index, double value) {
  private static final int CHUNK = 1 << 14;

  /**
   * The first one in a value, {@code null} if there is none. Looks through the memory in whatever
   * order it lies, a backend's own layout included, and works out the index only if it must.
   */
  static NonFinite in(Value value, EagerExecutor executor) {
    TensorSpec spec = value.spec();
    if (!spec.dtype().isFloating() || spec.shape().size() == 0) {
      return null;
    }
    ArrayValue array = (ArrayValue) Gradients.withoutHistory(value);
    if (!hasAny(array)) {
      return null;
    }
    try (var _ = Scope.open()) {
      ArrayValue dense = executor.contiguous(array);
      return first(spec, dense.storage().segment());
    }
  }

  private static boolean hasAny(ArrayValue array) {
    Block block = array.storage().block();
    DType dtype = array.spec().dtype();
    block.acquire();
    try {
      long bytes =
          switch (array.storage().layout()) {
            case Layout.Opaque o -> o.byteSize();
            case Layout.Strided s -> s.extent(array.spec().shape().dims()) * dtype.bytes();
          };
      MemorySegment all = array.storage().segment();
      for (long at = 0; at < bytes; at += CHUNK) {
        if (hasAny(all.asSlice(at, Math.min(CHUNK, bytes - at)), dtype)) {
          return true;
        }
      }
      return false;
    } finally {
      block.release();
    }
  }

  /**
   * Adding one to an exponent overflows into the sign's place if all its bits are set, which is the
   * mark of infinities and NaNs; or-ing the sums leaves a loop without branches.
   */
  private static boolean hasAny(MemorySegment part, DType dtype) {
    int bytes = (int) part.byteSize() & -dtype.bytes();
    return switch (dtype) {
      case F32 -> {
        int all = 0;
        for (int i = 0; i < bytes; i += 4) {
          all |= (part.get(ValueLayout.JAVA_INT, i) & 0x7f800000) + 0x00800000;
        }
        yield all < 0;
      }
      case F64 -> {
        long all = 0;
        for (int i = 0; i < bytes; i += 8) {
          all |= (part.get(ValueLayout.JAVA_LONG, i) & 0x7ff0000000000000L) + 0x0010000000000000L;
        }
        yield all < 0;
      }
      case BF16 -> {
        int all = 0;
        for (int i = 0; i < bytes; i += 2) {
          all |= (part.get(ValueLayout.JAVA_SHORT, i) & 0x7f80) + 0x0080;
        }
        yield (all & 0x8000) != 0;
      }
      case I32, I64, U8, I8, BOOL -> false;
    };
  }

  private static NonFinite first(TensorSpec spec, MemorySegment dense) {
    long infinity = -1;
    for (long i = 0; i < spec.shape().size(); i++) {
      double x = element(spec.dtype(), dense, i);
      if (Double.isNaN(x)) {
        return new NonFinite(position(spec.shape(), i), x);
      }
      if (infinity < 0 && Double.isInfinite(x)) {
        infinity = i;
      }
    }
    return infinity < 0
        ? null // what was found lies between the elements of a strided value
        : new NonFinite(position(spec.shape(), infinity), element(spec.dtype(), dense, infinity));
  }

  private static double element(DType dtype, MemorySegment dense, long i) {
    return switch (dtype) {
      case F32 -> dense.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      case F64 -> dense.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
      case BF16 -> BFloat16.toFloat(dense.getAtIndex(ValueLayout.JAVA_SHORT, i));
      case I32, I64, U8, I8, BOOL -> 0;
    };
  }

  private static List<Long> position(Shape shape, long index) {
    List<Long> position = new ArrayList<>();
    long rest = index;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      position.addFirst(rest % shape.dim(axis));
      rest /= shape.dim(axis);
    }
    return position;
  }
}
