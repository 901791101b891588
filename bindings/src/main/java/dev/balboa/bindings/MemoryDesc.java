package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;

/**
 * Describes the contents of a buffer to oneDNN: logical dimensions, element type and physical
 * layout ({@code dnnl_memory_desc_t}).
 *
 * <p>An immutable plain value: it holds oneDNN's serialised form, so there is nothing to close, and
 * it can outlive the primitive that chose the layout. Thread-safe. Creating one costs about a
 * microsecond, so make them when a primitive is prepared and not when it runs.
 */
public final class MemoryDesc {

  /** How the layout is given. */
  enum Format {
    NONE,
    ANY,
    BLOCKED,
    OPAQUE
  }

  private static final MemoryDesc NONE =
      new MemoryDesc(Format.NONE, null, new long[0], Blocking.NONE, 0, new byte[0]);

  private final Format format;
  private final DataType dataType;
  private final long[] dims;
  private final Blocking blocking;
  private final long byteSize;
  private final byte[] blob;

  private MemoryDesc(
      Format format,
      DataType dataType,
      long[] dims,
      Blocking blocking,
      long byteSize,
      byte[] blob) {
    this.format = format;
    this.dataType = dataType;
    this.dims = dims;
    this.blocking = blocking;
    this.byteSize = byteSize;
    this.blob = blob;
  }

  /** Returns the descriptor that stands for an absent argument, such as no bias. */
  public static MemoryDesc none() {
    return NONE;
  }

  /** Describes a dense row-major buffer. */
  public static MemoryDesc contiguous(DataType dataType, long... dims) {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride = Math.multiplyExact(stride, Math.max(1, dims[i]));
    }
    return strided(dataType, dims, strides);
  }

  /** Describes a buffer with the given strides, in elements. */
  public static MemoryDesc strided(DataType dataType, long[] dims, long[] strides) {
    requireDims(dims);
    if (strides.length != dims.length) {
      throw new IllegalArgumentException(
          "memory descriptor: "
              + dims.length
              + " dimensions "
              + Arrays.toString(dims)
              + " but "
              + strides.length
              + " strides "
              + Arrays.toString(strides));
    }
    try (CallScope scope = new CallScope()) {
      return scope.newMd(
          "dnnl_memory_desc_create_with_strides",
          () -> dataType + Arrays.toString(dims) + ", strides=" + Arrays.toString(strides),
          out ->
              dnnl_h.dnnl_memory_desc_create_with_strides(
                  out, dims.length, scope.dims(dims), dataType.value(), scope.dims(strides)));
    }
  }

  /** Describes a buffer with a layout given by name. */
  public static MemoryDesc tagged(DataType dataType, long[] dims, FormatTag tag) {
    requireDims(dims);
    try (CallScope scope = new CallScope()) {
      return scope.newMd(
          "dnnl_memory_desc_create_with_tag",
          () -> dataType + Arrays.toString(dims) + ", tag=" + tag,
          out ->
              dnnl_h.dnnl_memory_desc_create_with_tag(
                  out, dims.length, scope.dims(dims), dataType.value(), tag.value()));
    }
  }

  /** Describes a buffer whose layout the primitive is to choose. */
  public static MemoryDesc any(DataType dataType, long... dims) {
    return tagged(dataType, dims, FormatTag.ANY);
  }

  private static void requireDims(long[] dims) {
    if (dims.length < 1 || dims.length > dnnl_h.DNNL_MAX_NDIMS()) {
      throw new IllegalArgumentException(
          "memory descriptor: oneDNN takes 1 to 12 dimensions, got " + Arrays.toString(dims));
    }
  }

  /** Copies a native descriptor; null and the zero descriptor give {@link #none()}. */
  static MemoryDesc copyOf(MemorySegment md) {
    if (md.address() == 0) {
      return NONE;
    }
    try (Arena arena = Arena.ofConfined()) {
      MdQuery query = new MdQuery(md, arena);
      int ndims = query.s32(dnnl_h.dnnl_query_ndims_s32());
      if (ndims == 0) {
        return NONE;
      }
      Format format = format(query.s32(dnnl_h.dnnl_query_format_kind()));
      return new MemoryDesc(
          format,
          DataType.of(query.s32(dnnl_h.dnnl_query_data_type())),
          query.dims(dnnl_h.dnnl_query_dims(), ndims),
          format == Format.BLOCKED ? query.blocking(ndims) : Blocking.NONE,
          dnnl_h.dnnl_memory_desc_get_size(md),
          query.blob());
    }
  }

  private static Format format(int kind) {
    if (kind == dnnl_h.dnnl_blocked()) {
      return Format.BLOCKED;
    }
    return kind == dnnl_h.dnnl_format_kind_any() ? Format.ANY : Format.OPAQUE;
  }

  /** Returns whether this stands for an absent argument. */
  public boolean isNone() {
    return format == Format.NONE;
  }

  /** Returns whether the layout is still to be chosen by a primitive. */
  public boolean isAny() {
    return format == Format.ANY;
  }

  /** Returns the element type; null for {@link #none()}. */
  public DataType dataType() {
    return dataType;
  }

  /** Returns a copy of the logical dimensions. */
  public long[] dims() {
    return dims.clone();
  }

  /** Returns the number of logical dimensions. */
  public int ndims() {
    return dims.length;
  }

  /**
   * Returns the bytes a buffer of this layout takes, with padding; 0 for {@link #none()} and any.
   */
  public long byteSize() {
    return byteSize;
  }

  /**
   * Returns the bytes that a buffer has to have, counted from its start: as far as the last element
   * reaches, which is less than {@link #byteSize()} where rows have gaps, and more where there is
   * an offset.
   */
  public long requiredBytes() {
    return format == Format.BLOCKED
        ? blocking.requiredBytes(dims, dataType.byteSize(), byteSize)
        : byteSize;
  }

  /** Returns whether the layout is one stride per axis: no blocks, no padding, no offset. */
  public boolean isPlainStrided() {
    return format == Format.BLOCKED && blocking.isPlain(dims);
  }

  /**
   * Returns the size of the blocks that axis 1 is cut into, if they are the innermost and all else
   * is dense and row-major, as in {@code nChw16c}: 1 where there are none, 0 for any other layout.
   */
  public long channelBlock() {
    return format == Format.BLOCKED ? blocking.channelBlock() : 0;
  }

  /**
   * Returns the stride of each axis in elements; of the blocks of an axis where it is blocked.
   *
   * @throws IllegalStateException if the layout is not given by strides
   */
  public long[] strides() {
    if (format != Format.BLOCKED) {
      throw new IllegalStateException("memory descriptor " + this + " has no strides");
    }
    return blocking.strides().clone();
  }

  /**
   * Returns the space in which the copying kernel brings these elements into plain memory; empty
   * where it cannot, since blocks have padding or either layout is not one of strides.
   */
  public Optional<StridedSpace> copyTo(MemoryDesc plain) {
    boolean same = dataType == plain.dataType && Arrays.equals(dims, plain.dims);
    return same && format == Format.BLOCKED && plain.isPlainStrided()
        ? blocking.copyTo(dims, plain.strides())
        : Optional.empty();
  }

  /**
   * Returns the same buffer seen with other dimensions; a layout that cannot be seen so is refused.
   */
  public MemoryDesc reshape(long... newDims) {
    requireDims(newDims);
    try (CallScope scope = new CallScope()) {
      return scope.newMd(
          "dnnl_memory_desc_reshape",
          () -> this + ", dims=" + Arrays.toString(newDims),
          out ->
              dnnl_h.dnnl_memory_desc_reshape(
                  out, scope.md(this), newDims.length, scope.dims(newDims)));
    }
  }

  /** Returns the same buffer with axis {@code i} moved to place {@code permutation[i]}. */
  public MemoryDesc permute(int... permutation) {
    if (permutation.length != dims.length) {
      throw new IllegalArgumentException(
          "memory descriptor: permutation "
              + Arrays.toString(permutation)
              + " of "
              + dims.length
              + " axes");
    }
    try (CallScope scope = new CallScope()) {
      return scope.newMd(
          "dnnl_memory_desc_permute_axes",
          () -> this + ", permutation=" + Arrays.toString(permutation),
          out ->
              dnnl_h.dnnl_memory_desc_permute_axes(out, scope.md(this), scope.ints(permutation)));
    }
  }

  /** Returns the part of the buffer that starts at {@code offsets} and has {@code partDims}. */
  public MemoryDesc submemory(long[] partDims, long[] offsets) {
    if (partDims.length != dims.length || offsets.length != dims.length) {
      throw new IllegalArgumentException(
          "memory descriptor: part "
              + Arrays.toString(partDims)
              + " at "
              + Arrays.toString(offsets)
              + " of "
              + this);
    }
    try (CallScope scope = new CallScope()) {
      return scope.newMd(
          "dnnl_memory_desc_create_submemory",
          () -> this + ", " + Arrays.toString(partDims) + " at " + Arrays.toString(offsets),
          out ->
              dnnl_h.dnnl_memory_desc_create_submemory(
                  out, scope.md(this), scope.dims(partDims), scope.dims(offsets)));
    }
  }

  /** Returns oneDNN's serialised form. */
  MemorySegment blob(Arena arena) {
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, blob);
  }

  /** Compares as oneDNN does ({@code dnnl_memory_desc_equal}): same dimensions, type and layout. */
  @Override
  public boolean equals(Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof MemoryDesc that)
        || format != that.format
        || dataType != that.dataType
        || byteSize != that.byteSize
        || !Arrays.equals(dims, that.dims)) {
      return false;
    }
    return Arrays.equals(blob, that.blob) || equalInOneDnn(that);
  }

  private boolean equalInOneDnn(MemoryDesc that) {
    try (CallScope scope = new CallScope()) {
      return dnnl_h.dnnl_memory_desc_equal(scope.md(this), scope.md(that)) != 0;
    }
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(dims) + Long.hashCode(byteSize)) + (isAny() ? 1 : 0);
  }

  /** Returns type, dimensions and layout, such as {@code f32[8, 16, 28, 28]:aBcd8b}. */
  @Override
  public String toString() {
    return switch (format) {
      case NONE -> "none";
      case ANY -> dataType + Arrays.toString(dims) + ":any";
      case OPAQUE -> dataType + Arrays.toString(dims) + ":opaque(" + byteSize + " bytes)";
      case BLOCKED -> dataType + Arrays.toString(dims) + ":" + blocking.describe(dims);
    };
  }
}
