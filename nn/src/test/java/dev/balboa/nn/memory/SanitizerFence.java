package dev.balboa.nn.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Has AddressSanitizer watch the guards of blocks and the memory that is in no block. It knows
 * nothing of blocks by itself, as they are cut from larger pieces. In force where the process was
 * started with the sanitizer (property {@code balboa.asan}).
 */
public final class SanitizerFence {
  private SanitizerFence() {}

  /** Whether this process runs under the sanitizer. */
  public static boolean isWanted() {
    return Boolean.getBoolean("balboa.asan");
  }

  /** Puts it up, for the life of the process, if it is wanted. */
  public static void putUp() {
    if (isWanted()) {
      MemoryChecks.fence =
          new Watched(find("__asan_poison_memory_region"), find("__asan_unpoison_memory_region"));
    }
  }

  /** The sanitizer is preloaded: its functions are visible to all, not to the linker's look-up. */
  @SuppressWarnings("restricted")
  private static MethodHandle find(String name) {
    Linker linker = Linker.nativeLinker();
    MethodHandle dlsym =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("dlsym"),
            FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found =
          (MemorySegment) dlsym.invokeExact(MemorySegment.NULL, arena.allocateFrom(name));
      if (found.equals(MemorySegment.NULL)) {
        throw new IllegalStateException("the process runs without AddressSanitizer: no " + name);
      }
      return linker.downcallHandle(found, FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG));
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(name, e);
    }
  }

  private record Watched(MethodHandle poison, MethodHandle unpoison) implements MemoryChecks.Fence {
    @Override
    public void forbid(MemorySegment memory) {
      call(poison, memory);
    }

    @Override
    public void allow(MemorySegment memory) {
      call(unpoison, memory);
    }

    private static void call(MethodHandle function, MemorySegment memory) {
      try {
        function.invokeExact(memory, memory.byteSize());
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
