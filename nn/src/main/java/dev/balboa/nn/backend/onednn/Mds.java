package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AlgKind;
import dev.balboa.bindings.Binary;
import dev.balboa.bindings.DataType;
import dev.balboa.bindings.FormatTag;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;

/** Translates between specs with layouts and oneDNN's memory descriptors. */
final class Mds {
  private Mds() {}

  static DataType type(DType dtype) {
    return switch (dtype) {
      case F32 -> DataType.F32;
      case F64 -> DataType.F64;
      case BF16 -> DataType.BF16;
      case I32 -> DataType.S32;
      case I64 -> DataType.S64;
      case U8, BOOL -> DataType.U8;
      case I8 -> DataType.S8;
    };
  }

  /** oneDNN has no rank 0: a scalar is a vector of one. */
  static long[] dims(Shape shape) {
    return shape.rank() == 0 ? new long[] {1} : shape.dims();
  }

  static MemoryDesc any(TensorSpec spec) {
    return MemoryDesc.any(type(spec.dtype()), dims(spec.shape()));
  }

  static MemoryDesc contiguous(TensorSpec spec) {
    return MemoryDesc.contiguous(type(spec.dtype()), dims(spec.shape()));
  }

  /**
   * Of elements that lie without gaps; the strides of axes of size one, which may be anything, are
   * made regular.
   */
  static MemoryDesc of(TensorSpec spec, Layout.Strided layout) {
    long[] dims = spec.shape().dims();
    if (layout.isContiguous(dims)) {
      return contiguous(spec);
    }
    long[] strides = layout.strides();
    for (int i = 0; i < dims.length; i++) {
      strides[i] = dims[i] == 1 ? spec.shape().size() : strides[i];
    }
    return MemoryDesc.strided(type(spec.dtype()), dims, strides);
  }

  /** The layout that describes memory of this descriptor: strides if it has them, else opaque. */
  static Layout layout(TensorSpec spec, MemoryDesc md) {
    if (!md.isPlainStrided()) {
      return new DnnlLayout(md, spec);
    }
    if (spec.shape().rank() == 0) {
      return Layout.Strided.contiguous();
    }
    Layout.Strided strided = Layout.Strided.of(md.strides());
    long[] dims = spec.shape().dims();
    return strided.isContiguous(dims) ? Layout.Strided.contiguous(dims) : strided;
  }

  /** A picture whose channels are the axis that lies densest. */
  static MemoryDesc channelsLast(TensorSpec spec) {
    return MemoryDesc.tagged(type(spec.dtype()), spec.shape().dims(), FormatTag.NHWC);
  }

  /** Whether pictures of a type that oneDNN computes on lie so, and in no other way as well. */
  static boolean isChannelsLast(TensorSpec spec, Layout layout) {
    boolean computed = spec.dtype() == DType.F32 || spec.dtype() == DType.BF16;
    return computed
        && spec.shape().rank() == 4
        && spec.shape().size() > 0
        && layout instanceof Layout.Strided s
        && !s.isContiguous(spec.shape().dims())
        && isPermutedDense(spec, s)
        && same(of(spec, s), channelsLast(spec));
  }

  /**
   * Of two or three channels in plain memory, which the copying kernel weaves into each other in a
   * quarter of the time that oneDNN's reorder takes.
   */
  static boolean isPicture(MemoryDesc md) {
    return md.isPlainStrided()
        && md.dataType() == DataType.F32
        && md.dims().length == 4
        && md.dims()[1] > 1
        && md.dims()[1] <= 3;
  }

  /** The same order of elements of another type: a primitive is asked what it would write. */
  static MemoryDesc retyped(MemoryDesc md, TensorSpec spec) {
    try (PrimitiveDesc copy =
        Binary.create(AlgKind.BINARY_ADD, md, md, any(spec), PrimitiveAttr.defaults())) {
      return copy.dstMd();
    }
  }

  /**
   * Whether both describe the same bytes: equal, or plain with strides that differ only on axes of
   * size one.
   */
  static boolean same(MemoryDesc a, MemoryDesc b) {
    if (a.equals(b)) {
      return true;
    }
    if (!a.isPlainStrided() || !b.isPlainStrided() || a.dataType() != b.dataType()) {
      return false;
    }
    long[] dims = a.dims();
    long[] sa = a.strides();
    long[] sb = b.strides();
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] != 1 && sa[i] != sb[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether the elements lie without gaps or overlaps in some order of the axes. */
  static boolean isPermutedDense(TensorSpec spec, Layout.Strided layout) {
    long[] dims = spec.shape().dims();
    long covered = 1;
    boolean found = true;
    boolean[] used = new boolean[dims.length];
    while (found) {
      found = false;
      for (int i = 0; i < dims.length; i++) {
        if (!used[i] && dims[i] != 1 && layout.stride(i) == covered) {
          used[i] = true;
          covered *= dims[i];
          found = true;
        }
      }
    }
    return covered == spec.shape().size();
  }
}
