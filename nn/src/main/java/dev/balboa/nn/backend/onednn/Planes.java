package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.FormatTag;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.nn.op.TensorSpec;

/**
 * How the planes of [N, C, sizes...] lie: {@code outer} times {@code inner} planes side by side, as
 * memory [outer, sizes..., inner]. Row-major planes have an inner of 1, channels last one of C, and
 * channels in blocks that of a block, with as many planes of padding as fill the last one.
 */
record Planes(MemoryDesc md, long outer, long inner) {

  /** Of memory that is described so, or {@code null} for any other order. */
  static Planes of(MemoryDesc md) {
    long[] dims = md.dims();
    long block = md.channelBlock();
    if (block == 1) {
      return new Planes(md, dims[0] * dims[1], 1);
    }
    if (block == 8 || block == 16) {
      return new Planes(md, dims[0] * Math.ceilDiv(dims[1], block), block);
    }
    boolean last = md.isPlainStrided() && dims[1] % 8 == 0 && Mds.same(md, channelsLast(md, dims));
    return last ? new Planes(md, dims[0], dims[1]) : null;
  }

  /** The same order for another spec with as many planes. */
  MemoryDesc like(TensorSpec spec) {
    long[] dims = spec.shape().dims();
    if (inner == 1) {
      return Mds.contiguous(spec);
    }
    if (md.isPlainStrided()) {
      return MemoryDesc.strided(Mds.type(spec.dtype()), dims, channelsLast(dims));
    }
    return MemoryDesc.tagged(Mds.type(spec.dtype()), dims, blocked(dims.length, inner == 16));
  }

  /** Where element {@code i} in row-major order lies, of planes of {@code size} elements. */
  long offset(long i, long size) {
    long channels = md.dims()[1];
    long plane = i / size;
    long channel = plane % channels;
    long group = plane / channels * Math.ceilDiv(channels, inner) + channel / inner;
    return (group * size + i % size) * inner + channel % inner;
  }

  private static FormatTag blocked(int rank, boolean wide) {
    return switch (rank) {
      case 3 -> wide ? FormatTag.BLOCKED_NCW16C : FormatTag.BLOCKED_NCW8C;
      case 4 -> wide ? FormatTag.BLOCKED_NCHW16C : FormatTag.BLOCKED_NCHW8C;
      default -> wide ? FormatTag.BLOCKED_NCDHW16C : FormatTag.BLOCKED_NCDHW8C;
    };
  }

  private static MemoryDesc channelsLast(MemoryDesc md, long[] dims) {
    return MemoryDesc.strided(md.dataType(), dims, channelsLast(dims));
  }

  private static long[] channelsLast(long[] dims) {
    long[] strides = new long[dims.length];
    strides[1] = 1;
    long stride = dims[1];
    for (int axis = dims.length - 1; axis > 1; axis--) {
      strides[axis] = stride;
      stride *= dims[axis];
    }
    strides[0] = stride;
    return strides;
  }
}
