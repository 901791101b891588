package dev.balboa.bindings;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The few calls on the path of every execution, with addresses as plain longs so that nothing is
 * allocated or checked twice. Everything else goes through the generated bindings.
 *
 * <p>{@code critical} calls skip the thread-state transition, so that they cost 2 ns instead of 6,
 * but hold back the garbage collector while they run: only for functions that return in well under
 * a microsecond.
 */
final class NativeCalls {

  private static final Linker LINKER = Linker.nativeLinker();

  private NativeCalls() {}

  private static final class OneDnn {
    static final MethodHandle EXECUTE =
        handle(
            Natives.lookup("dnnl").findOrThrow("dnnl_primitive_execute"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG));
    static final MethodHandle SET_DATA_HANDLE =
        critical(
            Natives.lookup("dnnl").findOrThrow("dnnl_memory_set_data_handle"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  }

  private static final class Libc {
    private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
    static final MethodHandle CALLOC =
        handle(
            LOOKUP.findOrThrow("calloc"),
            FunctionDescriptor.of(
                ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    static final MethodHandle FREE =
        handle(LOOKUP.findOrThrow("free"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
  }

  @SuppressWarnings("restricted")
  static MethodHandle handle(MemorySegment function, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(function, descriptor);
  }

  @SuppressWarnings("restricted")
  static MethodHandle critical(MemorySegment function, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(function, descriptor, Linker.Option.critical(false));
  }

  static int execute(long primitive, long stream, int count, long arguments) {
    try {
      return (int) OneDnn.EXECUTE.invokeExact(primitive, stream, count, arguments);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int setDataHandle(long memory, long address) {
    try {
      return (int) OneDnn.SET_DATA_HANDLE.invokeExact(memory, address);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Allocates zeroed memory that no arena owns; {@link #free} gives it back. */
  @SuppressWarnings("restricted")
  static MemorySegment allocate(long bytes) {
    try {
      MemorySegment segment = (MemorySegment) Libc.CALLOC.invokeExact(1L, bytes);
      if (segment.address() == 0) {
        throw new OutOfMemoryError("calloc of " + bytes + " bytes failed");
      }
      return segment.reinterpret(bytes);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void free(MemorySegment segment) {
    try {
      Libc.FREE.invokeExact(segment);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Rethrows what a method handle threw; a downcall itself throws nothing checked. */
  static RuntimeException unexpected(Throwable thrown) {
    switch (thrown) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError("a downcall threw a checked exception", thrown);
    }
  }
}
