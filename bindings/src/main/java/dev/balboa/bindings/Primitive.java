package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * An operation ready to run ({@code dnnl_primitive_t}). It holds no data, so any number of threads
 * may run it at once, each through an {@link ExecFrame} of its own. Whoever made it closes it; it
 * is destroyed when its last frame is closed too. Thread-safe.
 */
public final class Primitive implements AutoCloseable {

  private final String name;
  private final String description;
  private final PrimitiveAttr attr;
  private final NativeHandle handle;

  Primitive(String name, String description, PrimitiveAttr attr, MemorySegment pointer) {
    this.name = name;
    this.description = description;
    this.attr = attr;
    this.handle = new NativeHandle("primitive " + name, pointer, dnnl_h::dnnl_primitive_destroy);
  }

  /**
   * Returns the layout of an execution argument (see {@link Arg}); none if there is no such one.
   */
  public MemoryDesc md(int arg) {
    try (CallScope scope = new CallScope();
        Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      Dnnl.check(
          dnnl_h.dnnl_primitive_get_primitive_desc(scope.use(handle), out),
          "dnnl_primitive_get_primitive_desc",
          () -> name);
      return MemoryDesc.copyOf(
          dnnl_h.dnnl_primitive_desc_query_md(
              out.get(ValueLayout.ADDRESS, 0), dnnl_h.dnnl_query_exec_arg_md(), arg));
    }
  }

  /**
   * Returns a frame with one slot for each of {@code args} (see {@link Arg}), laid out as the
   * primitive asks.
   *
   * @throws IllegalArgumentException if the primitive has no such argument
   */
  public ExecFrame newFrame(int... args) {
    MemoryDesc[] mds = new MemoryDesc[args.length];
    for (int i = 0; i < args.length; i++) {
      mds[i] = md(args[i]);
      if (mds[i].isNone() && args[i] != Arg.SCRATCHPAD && args[i] != Arg.WORKSPACE) {
        throw new IllegalArgumentException(description + " has no " + Arg.name(args[i]));
      }
    }
    return newFrame(args, mds);
  }

  /**
   * Returns a frame with one slot for each of {@code args}, laid out as given. To be used for
   * arguments whose layout the primitive does not know, such as scales.
   *
   * @throws IllegalArgumentException if a layout is another one than the primitive's, or an
   *     argument is missing that oneDNN would use unchecked
   */
  public ExecFrame newFrame(int[] args, MemoryDesc[] mds) {
    if (args.length != mds.length) {
      throw new IllegalArgumentException(
          name + ": " + args.length + " arguments but " + mds.length + " descriptors");
    }
    for (int i = 0; i < args.length; i++) {
      MemoryDesc own = md(args[i]);
      if (!own.isNone() && !own.equals(mds[i])) {
        throw new IllegalArgumentException(
            name + ": " + Arg.name(args[i]) + " is " + own + ", got " + mds[i]);
      }
    }
    if (!md(Arg.SCRATCHPAD).isNone()) {
      require(args, Arg.SCRATCHPAD);
    }
    for (int arg : attr.requiredArgs()) {
      require(args, arg);
    }
    return ExecFrame.create(this, args.clone(), mds);
  }

  private void require(int[] args, int arg) {
    if (Arrays.stream(args).noneMatch(a -> a == arg)) {
      throw new IllegalArgumentException(description + " needs " + Arg.name(arg));
    }
  }

  NativeHandle handle() {
    return handle;
  }

  String name() {
    return name;
  }

  int threads() {
    return attr.threads();
  }

  /** Closes the primitive for new frames; more than one call does nothing. */
  @Override
  public void close() {
    handle.close();
  }

  /** Returns the operation with its arguments as they were asked for. */
  @Override
  public String toString() {
    return description;
  }
}
