package dev.balboa.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.balboa.bindings.internal.dnnl.dnnl_exec_arg_t;
import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * What {@link ExecFrame#execute} does, from a loop in C: the same primitive on the same buffers, so
 * that the difference of the two is the bridge alone. It is in this package, but not in this
 * module, to get at the pointers that the facades keep to themselves; benchmarks run on the class
 * path, where that works.
 *
 * <p>Thread rule: one thread, the one that made it.
 */
public final class PlainCall {
  private final MethodHandle loop;
  private final MemorySegment execute =
      Natives.lookup("dnnl").findOrThrow("dnnl_primitive_execute");
  private final MemorySegment primitive;
  private final MemorySegment stream;
  private final MemorySegment arguments;
  private final int count;
  private final int threads;

  /**
   * Makes the call ready. What it allocates lives until the process ends, and so must the primitive
   * and the buffers.
   *
   * @param library native/bench's library balboa_bench_bridge
   * @param buffers for each of {@code args} (see {@link Arg}) one, off-heap
   */
  @SuppressWarnings("restricted")
  public PlainCall(Path library, Primitive primitive, int[] args, MemorySegment[] buffers) {
    Arena arena = Arena.global();
    loop =
        Linker.nativeLinker()
            .downcallHandle(
                SymbolLookup.libraryLookup(library, arena).findOrThrow("balboa_bridge_loop"),
                FunctionDescriptor.of(
                    JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG));
    this.primitive = primitive.handle().acquire();
    count = args.length;
    threads = primitive.threads();
    arguments = dnnl_exec_arg_t.allocateArray(count, arena);
    MemorySegment out = arena.allocate(ADDRESS);
    check(dnnl_h.dnnl_stream_create(out, Dnnl.Engine.CPU, dnnl_h.dnnl_stream_default_flags()));
    stream = out.get(ADDRESS, 0);
    try (CallScope scope = new CallScope()) {
      for (int i = 0; i < count; i++) {
        MemorySegment md = scope.md(primitive.md(args[i]));
        check(dnnl_h.dnnl_memory_create(out, md, Dnnl.Engine.CPU, buffers[i]));
        MemorySegment argument = dnnl_exec_arg_t.asSlice(arguments, i);
        dnnl_exec_arg_t.arg(argument, args[i]);
        dnnl_exec_arg_t.memory(argument, out.get(ADDRESS, 0));
      }
    }
  }

  /** Executes so many times in a row. */
  public void execute(long times) {
    NativeThreads.bind(threads);
    int status;
    try {
      status = (int) loop.invokeExact(execute, primitive, stream, count, arguments, times);
    } catch (Throwable e) {
      throw NativeCalls.unexpected(e);
    }
    check(status);
  }

  private static void check(int status) {
    Dnnl.check(status, "a call from C", () -> "");
  }
}
