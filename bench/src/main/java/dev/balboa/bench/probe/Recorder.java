package dev.balboa.bench.probe;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * Native calls of a thread, written down and made again from a loop in C: native/bench/recorder,
 * which has to stand in for the native libraries of this process.
 */
final class Recorder {
  private final MethodHandle start;
  private final MethodHandle stop;
  private final MethodHandle replay;

  /** For one thread. */
  @SuppressWarnings("restricted")
  Recorder(Path library) {
    SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
    Linker linker = Linker.nativeLinker();
    start =
        linker.downcallHandle(symbols.findOrThrow("recorder_start"), FunctionDescriptor.ofVoid());
    stop =
        linker.downcallHandle(
            symbols.findOrThrow("recorder_stop"), FunctionDescriptor.of(JAVA_LONG));
    replay =
        linker.downcallHandle(
            symbols.findOrThrow("recorder_replay"), FunctionDescriptor.ofVoid(JAVA_LONG));
  }

  /** Writes down what some work calls; the number of calls. What they point to has to stay. */
  long write(Runnable work) {
    try {
      start.invokeExact();
      try {
        work.run();
      } finally {
        var _ = (long) stop.invokeExact();
      }
      return (long) stop.invokeExact();
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Makes all calls so many times. */
  void replay(long times) {
    try {
      replay.invokeExact(times);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static RuntimeException unexpected(Throwable e) {
    if (e instanceof RuntimeException r) {
      return r;
    }
    return new IllegalStateException("recorder", e);
  }
}
