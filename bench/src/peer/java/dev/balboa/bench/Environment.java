package dev.balboa.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Variables of this process's own environment, which a native library reads while it is loaded. */
public final class Environment {
  private Environment() {}

  /** Sets a variable, for libraries that are loaded later; Java itself does not see it. */
  @SuppressWarnings("restricted")
  public static void set(String name, String value) {
    Linker linker = Linker.nativeLinker();
    MethodHandle setenv =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setenv"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    int status;
    try (Arena arena = Arena.ofConfined()) {
      status = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
    } catch (Throwable e) {
      throw new IllegalStateException("setenv " + name, e);
    }
    if (status != 0) {
      throw new IllegalStateException("setenv " + name + " failed");
    }
  }
}
