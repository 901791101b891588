package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_exec_arg_t;
import dev.balboa.bindings.internal.dnnl.dnnl_h;
import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lists of executions of primitives and of kernels that run side by side, each list on one thread,
 * with one entry into native code: what an {@link ExecFrame} is for one primitive. Their memory is
 * at fixed places of a few buffers. Running them allocates nothing.
 *
 * <p>Lists belong to one run at a time; a second thread that runs them meanwhile gets an {@link
 * IllegalStateException}. The caller keeps the buffers alive from {@link #set} to the end of {@link
 * #execute()}. Whoever made the lists closes them.
 */
public final class CallLists implements AutoCloseable {
  private static final int IDLE = 0;
  private static final int RUNNING = 1;
  private static final int CLOSED = 2;

  /** {@code sizeof(balboa_call)}. */
  private static final long CALL = 32;

  private static final class Routine {
    static final MemorySegment EXECUTE =
        Natives.lookup("dnnl").findOrThrow("dnnl_primitive_execute");
  }

  /**
   * Where an argument lies.
   *
   * @param arg see {@link Arg}
   * @param md its layout, that which the primitive asks for
   * @param buffer the number of the buffer
   * @param offset bytes from the start of the buffer
   */
  public record Argument(int arg, MemoryDesc md, int buffer, long offset) {
    /**
     * Checks the offset.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Argument {
      requireOffset(offset);
    }
  }

  /** One call. */
  public sealed interface Call {}

  /**
   * Where a kernel finds memory.
   *
   * @param buffer the number of the buffer
   * @param offset bytes from the start of the buffer
   */
  public record Place(int buffer, long offset) {
    /**
     * Checks the offset.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Place {
      requireOffset(offset);
    }
  }

  /** One kernel, with a place for each of its operands. */
  public record Kernel(KernelCall call, List<Place> operands) implements Call {
    /**
     * Checks the number of operands.
     *
     * @throws IllegalArgumentException if it is not that of the kernel
     */
    public Kernel {
      operands = List.copyOf(operands);
      if (operands.size() != call.operands()) {
        throw new IllegalArgumentException(
            "call lists: expected " + call.operands() + " places, got " + operands.size());
      }
    }
  }

  /** One execution. The primitive is made for one thread. */
  public record Execution(Primitive primitive, List<Argument> arguments) implements Call {
    /**
     * Checks the number of threads.
     *
     * @throws IllegalArgumentException if the primitive wants several
     */
    public Execution {
      arguments = List.copyOf(arguments);
      if (primitive.threads() != 1) {
        throw new IllegalArgumentException(
            "call lists: " + primitive.name() + " is made for " + primitive.threads() + " threads");
      }
    }
  }

  /** A number in memory that is an address in a buffer. */
  private record Slot(MemorySegment field, int buffer, long offset) {}

  private record Memory(long pointer, int buffer, long offset, MemorySegment handle) {}

  private final List<List<Call>> lists;
  private final List<Memory> memories = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();
  private final List<Object> owners = new ArrayList<>();
  private final List<NativeHandle> primitives = new ArrayList<>();
  private final List<MemorySegment> streams = new ArrayList<>();
  private final List<MemorySegment> blocks = new ArrayList<>();
  private final long[] required;
  private final boolean[] written;
  private final long[] bound;
  private final AtomicInteger state = new AtomicInteger();
  private MemorySegment first = MemorySegment.NULL;
  private MemorySegment calls = MemorySegment.NULL;

  private CallLists(List<List<Call>> lists, int buffers) {
    this.lists = lists;
    this.required = new long[buffers];
    this.written = new boolean[buffers];
    this.bound = new long[buffers];
  }

  /** Makes the calls ready; they use the primitives until they are closed. */
  public static CallLists create(List<List<Call>> lists, int buffers) {
    CallLists made = new CallLists(lists.stream().map(List::copyOf).toList(), buffers);
    try {
      made.fill();
      return made;
    } catch (RuntimeException | Error e) {
      made.close();
      throw e;
    }
  }

  private static void requireOffset(long offset) {
    if (offset < 0) {
      throw new IllegalArgumentException("call lists: negative offset " + offset);
    }
  }

  /** Notes that a buffer reaches so far. */
  private void require(int buffer, long offset, long bytes) {
    if (offset > Long.MAX_VALUE - bytes) {
      throw new IllegalArgumentException(
          "call lists: size overflows: " + bytes + " bytes at " + offset);
    }
    required[buffer] = Math.max(required[buffer], offset + bytes);
  }

  private MemorySegment allocate(long bytes) {
    blocks.add(NativeCalls.allocate(Math.max(1, bytes)));
    return blocks.getLast();
  }

  private void fill() {
    first = allocate((lists.size() + 1L) * Long.BYTES);
    calls = allocate(lists.stream().mapToLong(List::size).sum() * CALL);
    long number = 0;
    try (CallScope scope = new CallScope()) {
      for (int i = 0; i < lists.size(); i++) {
        MemorySegment stream = stream(scope);
        for (Call call : lists.get(i)) {
          MemorySegment to = calls.asSlice(number++ * CALL, CALL);
          switch (call) {
            case Execution e -> write(scope, e, stream, to);
            case Kernel k -> write(k, to);
          }
        }
        first.setAtIndex(ValueLayout.JAVA_LONG, i + 1L, number);
      }
    }
  }

  private MemorySegment stream(CallScope scope) {
    streams.add(
        scope.create(
            "dnnl_stream_create",
            () -> "call lists",
            out ->
                dnnl_h.dnnl_stream_create(
                    out, Dnnl.Engine.CPU, dnnl_h.dnnl_stream_default_flags())));
    return streams.getLast();
  }

  private void write(Kernel kernel, MemorySegment to) {
    KernelCall call = kernel.call();
    owners.add(call); // whose memory the arguments point to
    long[] numbers = call.numbers();
    MemorySegment arguments = allocate((numbers.length + call.operands()) * (long) Long.BYTES);
    MemorySegment.copy(numbers, 0, arguments, ValueLayout.JAVA_LONG, 0, numbers.length);
    for (int i = 0; i < call.operands(); i++) {
      Place place = kernel.operands().get(i);
      slot(arguments, numbers.length + i, place.buffer(), place.offset(), call.bytes(i));
      written[place.buffer()] |= call.isResult(i);
    }
    long[] fields = {0, 0, arguments.address(), call.kind()};
    MemorySegment.copy(fields, 0, to, ValueLayout.JAVA_LONG, 0, fields.length);
  }

  private void slot(MemorySegment arguments, int i, int buffer, long offset, long bytes) {
    MemorySegment field = arguments.asSlice(i * (long) Long.BYTES, Long.BYTES);
    slots.add(new Slot(field, buffer, offset));
    require(buffer, offset, bytes);
  }

  private void write(CallScope scope, Execution call, MemorySegment stream, MemorySegment to) {
    NativeHandle primitive = call.primitive().handle();
    long pointer = primitive.acquire().address();
    primitives.add(primitive);
    MemorySegment arguments = allocate(call.arguments().size() * dnnl_exec_arg_t.sizeof());
    long count = 0;
    for (Argument a : call.arguments()) {
      if (!a.md().isNone()) {
        MemorySegment argument = dnnl_exec_arg_t.asSlice(arguments, count++);
        dnnl_exec_arg_t.arg(argument, a.arg());
        dnnl_exec_arg_t.memory(argument, memory(scope, a));
      }
    }
    long[] fields = {pointer, stream.address(), arguments.address(), count};
    MemorySegment.copy(fields, 0, to, ValueLayout.JAVA_LONG, 0, fields.length);
  }

  private MemorySegment memory(CallScope scope, Argument a) {
    MemorySegment md = scope.md(a.md());
    MemorySegment handle =
        scope.create(
            "dnnl_memory_create",
            a::toString,
            out -> dnnl_h.dnnl_memory_create(out, md, Dnnl.Engine.CPU, MemorySegment.NULL));
    memories.add(new Memory(handle.address(), a.buffer(), a.offset(), handle));
    require(a.buffer(), a.offset(), a.md().requiredBytes());
    written[a.buffer()] |= Arg.isResult(a.arg());
    return handle;
  }

  /**
   * Puts a buffer into its place; it stays there until another one is put.
   *
   * @throws IllegalArgumentException if the buffer is on the heap, too small, closed, or read-only
   *     though results lie in it
   */
  public void set(int buffer, MemorySegment segment) {
    if (!segment.isNative()
        || segment.byteSize() < required[buffer]
        || !segment.scope().isAlive()
        || (segment.isReadOnly() && written[buffer])) {
      throw new IllegalArgumentException(
          "call lists: buffer "
              + buffer
              + " needs "
              + required[buffer]
              + " bytes of living "
              + (written[buffer] ? "writable " : "")
              + "memory off the heap, got "
              + segment);
    }
    long address = segment.address();
    if (address == bound[buffer]) {
      return;
    }
    if (state.get() != IDLE) {
      throw notIdle();
    }
    for (Memory m : memories) {
      if (m.buffer() == buffer) {
        int status = NativeCalls.setDataHandle(m.pointer(), address + m.offset());
        if (status != 0) {
          throw DnnlException.of(status, "dnnl_memory_set_data_handle", "buffer " + buffer);
        }
      }
    }
    for (Slot s : slots) {
      if (s.buffer() == buffer) {
        s.field().set(ValueLayout.JAVA_LONG, 0, address + s.offset());
      }
    }
    bound[buffer] = address;
  }

  /** Runs all lists on the buffers in their places. */
  public void execute() {
    if (!state.compareAndSet(IDLE, RUNNING)) {
      throw notIdle();
    }
    try {
      for (int i = 0; i < bound.length; i++) {
        if (bound[i] == 0 && required[i] > 0) {
          throw new IllegalStateException("call lists: no buffer set for " + i);
        }
      }
      NativeThreads.bind();
      int status = kernels_h.balboa_run_calls(lists.size(), first, calls, Routine.EXECUTE);
      if (status != 0) {
        throw DnnlException.of(status, "dnnl_primitive_execute", "in one of " + lists.size());
      }
    } finally {
      state.setRelease(IDLE);
    }
  }

  private IllegalStateException notIdle() {
    return new IllegalStateException(
        "call lists: they are " + (state.get() == CLOSED ? "closed" : "running in another thread"));
  }

  /**
   * Frees everything; more than one call does nothing.
   *
   * @throws IllegalStateException if they are running
   */
  @Override
  public void close() {
    if (!state.compareAndSet(IDLE, CLOSED)) {
      if (state.get() == CLOSED) {
        return;
      }
      throw notIdle();
    }
    try {
      for (Memory m : memories) {
        Dnnl.check(
            dnnl_h.dnnl_memory_destroy(m.handle()), "dnnl_memory_destroy", () -> "call lists");
      }
      for (MemorySegment stream : streams) {
        Dnnl.check(dnnl_h.dnnl_stream_destroy(stream), "dnnl_stream_destroy", () -> "call lists");
      }
    } finally {
      blocks.forEach(NativeCalls::free);
      primitives.forEach(NativeHandle::release);
      owners.clear();
    }
  }
}
