package dev.balboa.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Main program of the child JVMs: loads the libraries and prints what came of it. Ends with 0 after
 * success and with 3 after a {@link NativeLoadException}, whose message it prints.
 */
final class NativesChild {
  private NativesChild() {}

  public static void main(String[] arguments) {
    if (Boolean.getBoolean("balboa.test.interrupt")) {
      Thread.currentThread().interrupt();
    }
    try {
      System.out.println(Natives.loaded().describe());
    } catch (NativeLoadException e) {
      System.out.println(e.getMessage());
      again(e);
      System.exit(3);
    }
    System.out.println("OPENBLAS_THREAD_TIMEOUT=" + nativeEnvironment("OPENBLAS_THREAD_TIMEOUT"));
    System.out.println("GOMP_SPINCOUNT=" + nativeEnvironment("GOMP_SPINCOUNT"));
    System.out.println("interrupted=" + Thread.currentThread().isInterrupted());
    for (String library : new String[] {"dnnl", "openblas", "gomp"}) {
      System.out.println(library + " has symbols: " + hasSymbol(library));
    }
  }

  /** Asks the C library, since {@link System#getenv} holds a copy from the start of the JVM. */
  @SuppressWarnings("restricted")
  private static String nativeEnvironment(String name) {
    MethodHandle getenv =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("getenv"),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = (MemorySegment) getenv.invokeExact(arena.allocateFrom(name));
      return Libc.string(value).orElse("unset");
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** A second call must fail in the same words. */
  private static void again(NativeLoadException first) {
    try {
      Natives.lookup("dnnl");
    } catch (NativeLoadException second) {
      System.out.println("same again: " + second.getMessage().equals(first.getMessage()));
    }
  }

  private static boolean hasSymbol(String library) {
    String symbol =
        switch (library) {
          case "dnnl" -> "dnnl_engine_create";
          case "openblas" -> "cblas_sgemm";
          default -> "omp_set_num_threads";
        };
    return Natives.lookup(library).find(symbol).isPresent();
  }
}
