package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;

/**
 * An operation that oneDNN found an implementation for, with the layouts it chose ({@code
 * dnnl_primitive_desc_t}). Made by {@link Convolution}, {@link Pooling}, {@link MatMul} and their
 * like. Thread-safe. Whoever made it closes it; descriptors taken from it and primitives made from
 * it stay valid.
 */
public final class PrimitiveDesc implements AutoCloseable {

  private final String name;
  private final PrimitiveAttr attr;
  private final Supplier<String> details;
  private final NativeHandle handle;

  private PrimitiveDesc(
      String name, PrimitiveAttr attr, Supplier<String> details, MemorySegment pointer) {
    this.name = name;
    this.attr = attr;
    this.details = details;
    this.handle =
        new NativeHandle(
            "primitive descriptor " + name, pointer, dnnl_h::dnnl_primitive_desc_destroy);
  }

  /** The native call that creates a descriptor. */
  @FunctionalInterface
  interface Create {
    int create(CallScope scope, MemorySegment out, MemorySegment engine, MemorySegment attr);
  }

  /** Runs {@code dnnl_<name>_primitive_desc_create}. */
  static PrimitiveDesc create(
      String name, PrimitiveAttr attr, Supplier<String> arguments, Create create) {
    Supplier<String> details = () -> arguments.get() + ", " + attr;
    NativeThreads.bindAll(attr.threads());
    try (CallScope scope = new CallScope()) {
      MemorySegment nativeAttr = attr.toNative(scope);
      MemorySegment pointer =
          scope.create(
              "dnnl_" + name + "_primitive_desc_create",
              details,
              out -> create.create(scope, out, Dnnl.Engine.CPU, nativeAttr));
      return new PrimitiveDesc(name, attr, details, pointer);
    }
  }

  /** Returns the descriptor as a hint for its backward operation. */
  MemorySegment asHint(CallScope scope) {
    return scope.use(handle);
  }

  /**
   * Returns the layout of an execution argument (see {@link Arg}); none if there is no such one.
   */
  public MemoryDesc md(int arg) {
    return md(dnnl_h.dnnl_query_exec_arg_md(), arg);
  }

  public MemoryDesc srcMd() {
    return md(dnnl_h.dnnl_query_src_md(), 0);
  }

  /** Returns the layout of source {@code index} of an operation with several. */
  public MemoryDesc srcMd(int index) {
    return md(dnnl_h.dnnl_query_src_md(), index);
  }

  public MemoryDesc weightsMd() {
    return md(dnnl_h.dnnl_query_weights_md(), 0);
  }

  /** Returns the layout of parameter {@code index}; 1 is the bias. */
  public MemoryDesc weightsMd(int index) {
    return md(dnnl_h.dnnl_query_weights_md(), index);
  }

  public MemoryDesc dstMd() {
    return md(dnnl_h.dnnl_query_dst_md(), 0);
  }

  /** Returns the layout of result {@code index}. */
  public MemoryDesc dstMd(int index) {
    return md(dnnl_h.dnnl_query_dst_md(), index);
  }

  public MemoryDesc diffSrcMd() {
    return md(dnnl_h.dnnl_query_diff_src_md(), 0);
  }

  /** Returns the layout of the gradient of source {@code index}. */
  public MemoryDesc diffSrcMd(int index) {
    return md(dnnl_h.dnnl_query_diff_src_md(), index);
  }

  public MemoryDesc diffWeightsMd() {
    return md(dnnl_h.dnnl_query_diff_weights_md(), 0);
  }

  /** Returns the layout of the gradient of parameter {@code index}; 1 is the bias. */
  public MemoryDesc diffWeightsMd(int index) {
    return md(dnnl_h.dnnl_query_diff_weights_md(), index);
  }

  public MemoryDesc diffDstMd() {
    return md(dnnl_h.dnnl_query_diff_dst_md(), 0);
  }

  /** Returns the layout of the gradient of result {@code index}. */
  public MemoryDesc diffDstMd(int index) {
    return md(dnnl_h.dnnl_query_diff_dst_md(), index);
  }

  /** Returns the layout of what forward keeps for backward; none if it keeps nothing. */
  public MemoryDesc workspaceMd() {
    return md(dnnl_h.dnnl_query_workspace_md(), 0);
  }

  /** Returns the layout of the scratchpad each run needs; none if it needs nothing. */
  public MemoryDesc scratchpadMd() {
    return md(dnnl_h.dnnl_query_scratchpad_md(), 0);
  }

  private MemoryDesc md(int what, int index) {
    try (CallScope scope = new CallScope()) {
      return MemoryDesc.copyOf(dnnl_h.dnnl_primitive_desc_query_md(scope.use(handle), what, index));
    }
  }

  /** Returns the name of the implementation oneDNN chose, such as {@code jit:avx512_core}. */
  @SuppressWarnings("restricted")
  public String implInfo() {
    try (CallScope scope = new CallScope();
        Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      Dnnl.check(
          dnnl_h.dnnl_primitive_desc_query(
              scope.use(handle), dnnl_h.dnnl_query_impl_info_str(), 0, out),
          "dnnl_primitive_desc_query",
          () -> name + " impl_info_str");
      return out.get(ValueLayout.ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0);
    }
  }

  /** Returns the number of threads the operation is made for. */
  public int threads() {
    return attr.threads();
  }

  /**
   * Generates the code of the operation. Takes up to some milliseconds where oneDNN has not seen it
   * before.
   */
  public Primitive newPrimitive() {
    NativeThreads.bindAll(attr.threads());
    try (CallScope scope = new CallScope()) {
      MemorySegment desc = scope.use(handle);
      MemorySegment pointer =
          scope.create(
              "dnnl_primitive_create",
              this::toString,
              out -> dnnl_h.dnnl_primitive_create(out, desc));
      return new Primitive(name, toString(), attr, pointer);
    }
  }

  /** Destroys the descriptor; more than one call does nothing. */
  @Override
  public void close() {
    handle.close();
  }

  /** Returns the operation with its arguments as they were asked for. */
  @Override
  public String toString() {
    return name + "(" + details.get() + ")";
  }
}
