package dev.balboa.bindings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    if (Boolean.getBoolean("balboa.test.regions")) {
      System.out.println("threads of regions: " + threadsOfRegions());
    }
  }

  /** Those that oneDNN and our kernels start, of two threads each, beside the caller's. */
  private static List<String> threadsOfRegions() {
    NativeThreads.configure(2);
    Set<Path> before = tasks();
    float[] x = new float[1 << 20];
    MemoryDesc md = OneDnn.f32(x.length);
    try (OneDnn run = new OneDnn().with(Arg.SRC, x)) {
      NativeThreads.bind();
      Kernels.fill(Float.BYTES, x.length, 1, run.allocate((long) x.length * Float.BYTES));
      run.run(
          Eltwise.forward(
              PropKind.FORWARD_INFERENCE, AlgKind.ELTWISE_RELU, md, md, 0f, 0f, OneDnn.ATTR),
          Arg.DST);
    }
    String own = nameOf(Path.of("/proc/thread-self"));
    return tasks().stream()
        .filter(task -> !before.contains(task))
        .map(NativesChild::nameOf)
        .filter(name -> name.equals("balboa-team") || name.equals(own))
        .toList();
  }

  private static Set<Path> tasks() {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String nameOf(Path task) {
    try {
      return Files.readString(task.resolve("comm")).strip();
    } catch (IOException e) {
      return "ended";
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
