package dev.balboa.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The few functions of the C library that loading needs: who we are, the process environment, and
 * the dynamic linker's own words on a failure. Linux and macOS. Source: the POSIX pages of each
 * function, dladdr(3).
 *
 * <p>Each function is bound when it is called: most of them are called once, or not at all.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class Libc {
  private static final int RTLD_LAZY = 1;
  private static final int RTLD_NOLOAD = 4;
  private static final long DL_INFO_BYTES = 4 * ADDRESS.byteSize();

  private Libc() {}

  /** Effective user id of this process. */
  static int effectiveUserId() {
    MethodHandle geteuid = bind("geteuid", FunctionDescriptor.of(JAVA_INT));
    try {
      return (int) geteuid.invokeExact();
    } catch (Throwable e) {
      throw broken("geteuid", e);
    }
  }

  /**
   * Sets a variable in the environment that C code sees, unless it is already there. {@code setenv}
   * must not race with a {@code getenv} of another thread in native code, so this is called once,
   * before the library that reads the variable is loaded. {@link System#getenv} does not show it.
   */
  static void setEnvironmentIfAbsent(String name, String value) {
    MethodHandle setenv =
        bind("setenv", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      int status = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 0);
      if (status != 0) {
        throw new IllegalStateException("setenv(" + name + ", " + value + "): returned " + status);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw broken("setenv", e);
    }
  }

  /** Returns whether a library of this path, or of this name, is mapped already. */
  static boolean isMapped(String library) {
    MethodHandle dlopen = bind("dlopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(library);
      MemorySegment handle = (MemorySegment) dlopen.invokeExact(name, RTLD_LAZY | RTLD_NOLOAD);
      return !handle.equals(MemorySegment.NULL); // which stays mapped from now on
    } catch (Throwable e) {
      throw broken("dlopen", e);
    }
  }

  /** Returns why the dynamic linker cannot open the library, asked for by path or by name. */
  static String whyNotOpened(String library) {
    MethodHandle dlopen = bind("dlopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
    MethodHandle dlerror = bind("dlerror", FunctionDescriptor.of(ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(library);
      MemorySegment stale = (MemorySegment) dlerror.invokeExact();
      MemorySegment handle = (MemorySegment) dlopen.invokeExact(name, RTLD_LAZY);
      MemorySegment error = (MemorySegment) dlerror.invokeExact();
      if (!handle.equals(MemorySegment.NULL)) {
        return "the dynamic linker refused it at first and accepted it on a second try";
      }
      return string(error)
          .or(() -> string(stale))
          .orElse("the dynamic linker refused it without a reason");
    } catch (Throwable e) {
      throw broken("dlopen", e);
    }
  }

  /** Returns the file that the code or data at the address was mapped from. */
  static Optional<String> fileOf(MemorySegment address) {
    MethodHandle dladdr = bind("dladdr", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(DL_INFO_BYTES, ADDRESS.byteAlignment());
      int found = (int) dladdr.invokeExact(address, info);
      return found == 0 ? Optional.empty() : string(info.get(ADDRESS, 0));
    } catch (Throwable e) {
      throw broken("dladdr", e);
    }
  }

  /** Reads a C string that lives as long as the process, or as the next call that replaces it. */
  static Optional<String> string(MemorySegment pointer) {
    return pointer.equals(MemorySegment.NULL)
        ? Optional.empty()
        : Optional.of(pointer.reinterpret(Long.MAX_VALUE).getString(0));
  }

  private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return bind(linker.defaultLookup(), name, descriptor)
        .orElseThrow(() -> new NoSuchElementException("the C library has no function " + name));
  }

  /** Binds a function; nothing if the library does not export it. */
  static Optional<MethodHandle> bind(
      SymbolLookup symbols, String name, FunctionDescriptor descriptor) {
    return symbols
        .find(name)
        .map(address -> Linker.nativeLinker().downcallHandle(address, descriptor));
  }

  static IllegalStateException broken(String function, Throwable cause) {
    return new IllegalStateException("calling " + function + " failed: " + cause, cause);
  }
}
