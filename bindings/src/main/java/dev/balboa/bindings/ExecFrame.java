package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_exec_arg_t;
import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Everything one run of a {@link Primitive} needs, made once and used many times: the argument
 * array, a memory handle for each argument, and a stream. Running it allocates nothing.
 *
 * <p>A frame belongs to one run at a time; a second thread that runs it meanwhile gets an {@link
 * IllegalStateException}. Keep a pool of frames where several threads run the same primitive. The
 * caller keeps the buffers alive from {@link #set} to the end of {@link #execute()}. oneDNN's CPU
 * streams on OpenMP are synchronous: when {@code execute} returns, the result is there. Whoever
 * made the frame closes it.
 */
public final class ExecFrame implements AutoCloseable {

  private static final int IDLE = 0;
  private static final int RUNNING = 1;
  private static final int CLOSED = 2;
  private static final VarHandle STATE = stateHandle();

  private final Primitive primitive;
  private final int[] args;
  private final MemoryDesc[] mds;
  private final MemorySegment[] memories;
  private final long[] memoryPointers;
  private final long[] required;
  private final long[] bound;
  private final long primitivePointer;
  private final MemorySegment arguments;
  private MemorySegment stream = MemorySegment.NULL;
  private int count;
  private int unbound;

  @SuppressWarnings("unused") // through STATE
  private volatile int state;

  private ExecFrame(Primitive primitive, int[] args, MemoryDesc[] mds, long primitivePointer) {
    this.primitive = primitive;
    this.args = args;
    this.mds = mds.clone();
    this.memories = new MemorySegment[args.length];
    this.memoryPointers = new long[args.length];
    this.required = Arrays.stream(mds).mapToLong(MemoryDesc::requiredBytes).toArray();
    this.bound = new long[args.length];
    this.primitivePointer = primitivePointer;
    this.arguments = NativeCalls.allocate(Math.max(1, args.length) * dnnl_exec_arg_t.sizeof());
    for (long bytes : required) {
      unbound += bytes > 0 ? 1 : 0;
    }
  }

  private static VarHandle stateHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(ExecFrame.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Makes a frame; it uses the primitive until it is closed. */
  static ExecFrame create(Primitive primitive, int[] args, MemoryDesc[] mds) {
    MemorySegment pointer = primitive.handle().acquire();
    ExecFrame frame;
    try {
      frame = new ExecFrame(primitive, args, mds, pointer.address());
    } catch (RuntimeException | Error e) {
      primitive.handle().release();
      throw e;
    }
    try {
      frame.fill();
      return frame;
    } catch (RuntimeException | Error e) {
      frame.close();
      throw e;
    }
  }

  private void fill() {
    try (CallScope scope = new CallScope()) {
      stream =
          scope.create(
              "dnnl_stream_create",
              primitive::toString,
              out ->
                  dnnl_h.dnnl_stream_create(
                      out, Dnnl.Engine.CPU, dnnl_h.dnnl_stream_default_flags()));
      for (int i = 0; i < args.length; i++) {
        MemoryDesc md = mds[i];
        if (md.isNone()) {
          continue; // a scratchpad or workspace the primitive does without
        }
        MemorySegment nativeMd = scope.md(md);
        memories[i] =
            scope.create(
                "dnnl_memory_create",
                md::toString,
                out ->
                    dnnl_h.dnnl_memory_create(out, nativeMd, Dnnl.Engine.CPU, MemorySegment.NULL));
        memoryPointers[i] = memories[i].address();
        MemorySegment argument = dnnl_exec_arg_t.asSlice(arguments, count++);
        dnnl_exec_arg_t.arg(argument, args[i]);
        dnnl_exec_arg_t.memory(argument, memories[i]);
      }
    }
  }

  /** Returns how many slots there are. */
  public int slots() {
    return args.length;
  }

  /** Returns the layout of a slot. */
  public MemoryDesc md(int slot) {
    return mds[slot];
  }

  /**
   * Puts a buffer into a slot; it stays there until another one is put.
   *
   * @throws IllegalArgumentException if the buffer is on the heap, too small, closed, or read-only
   *     though a result
   */
  public void set(int slot, MemorySegment buffer) {
    if (!buffer.isNative()
        || buffer.byteSize() < required[slot]
        || !buffer.scope().isAlive()
        || (buffer.isReadOnly() && Arg.isResult(args[slot]))) {
      throw refused(slot, buffer);
    }
    long address = buffer.address();
    if (address == bound[slot] || memoryPointers[slot] == 0) {
      return;
    }
    requireIdle();
    int status = NativeCalls.setDataHandle(memoryPointers[slot], address);
    if (status != 0) {
      throw DnnlException.of(status, "dnnl_memory_set_data_handle", mds[slot].toString());
    }
    if (bound[slot] == 0 && required[slot] > 0) {
      unbound--;
    }
    bound[slot] = address;
  }

  /** Runs the primitive on the buffers in the slots. */
  public void execute() {
    if (!STATE.compareAndSet(this, IDLE, RUNNING)) {
      throw notIdle();
    }
    try {
      if (unbound != 0) {
        throw new IllegalStateException(primitive.name() + ": no buffer set for " + missing());
      }
      NativeThreads.bindAll(primitive.threads());
      int status =
          NativeCalls.execute(primitivePointer, stream.address(), count, arguments.address());
      if (status != 0) {
        throw DnnlException.of(status, "dnnl_primitive_execute", primitive.toString());
      }
    } finally {
      STATE.setRelease(this, IDLE);
    }
  }

  private void requireIdle() {
    if (state != IDLE) {
      throw notIdle();
    }
  }

  private IllegalStateException notIdle() {
    return new IllegalStateException(
        primitive.name()
            + ": this frame is "
            + (state == CLOSED ? "closed" : "running in another thread"));
  }

  private IllegalArgumentException refused(int slot, MemorySegment buffer) {
    String what = primitive.name() + ": " + Arg.name(args[slot]) + " " + mds[slot];
    if (!buffer.isNative()) {
      return new IllegalArgumentException(what + " needs off-heap memory, got a heap segment");
    }
    if (!buffer.scope().isAlive()) {
      return new IllegalArgumentException(what + " got memory that is closed");
    }
    if (buffer.isReadOnly() && Arg.isResult(args[slot])) {
      return new IllegalArgumentException(what + " got read-only memory");
    }
    return new IllegalArgumentException(
        what + " needs " + required[slot] + " bytes, got " + buffer.byteSize());
  }

  private String missing() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < args.length; i++) {
      if (bound[i] == 0 && required[i] > 0) {
        text.append(text.isEmpty() ? "" : ", ").append(Arg.name(args[i]));
      }
    }
    return text.toString();
  }

  /**
   * Frees the frame; more than one call does nothing.
   *
   * @throws IllegalStateException if it is running
   */
  @Override
  public void close() {
    if (!STATE.compareAndSet(this, IDLE, CLOSED)) {
      if (state == CLOSED) {
        return;
      }
      throw notIdle();
    }
    try {
      for (MemorySegment memory : memories) {
        if (memory != null) {
          Dnnl.check(
              dnnl_h.dnnl_memory_destroy(memory), "dnnl_memory_destroy", primitive::toString);
        }
      }
      if (stream.address() != 0) {
        Dnnl.check(dnnl_h.dnnl_stream_destroy(stream), "dnnl_stream_destroy", primitive::toString);
      }
    } finally {
      NativeCalls.free(arguments);
      primitive.handle().release();
    }
  }
}
