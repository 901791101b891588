package dev.balboa.bench.probe;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Multiply-adds in registers, as fast as the processor makes them: native/bench/peak. */
final class MultiplyAdds implements AutoCloseable {
  private final MethodHandle loop;
  private final int threads;
  private final ExecutorService pool;

  @SuppressWarnings("restricted")
  MultiplyAdds(Path library, int threads) {
    loop =
        Linker.nativeLinker()
            .downcallHandle(
                SymbolLookup.libraryLookup(library, Arena.global())
                    .findOrThrow("balboa_peak_multiply_adds"),
                FunctionDescriptor.of(JAVA_FLOAT, JAVA_LONG));
    this.threads = threads;
    pool = Executors.newFixedThreadPool(threads);
  }

  /** Makes so many floating-point operations, shared by all threads. */
  void run(double operations) {
    long share = (long) (operations / threads);
    Callable<Float> part = () -> part(share);
    try {
      for (Future<Float> done : pool.invokeAll(Collections.nCopies(threads, part))) {
        done.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("peak", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while computing", e);
    }
  }

  private float part(long operations) {
    try {
      return (float) loop.invokeExact(operations);
    } catch (Throwable e) {
      throw new IllegalStateException("peak", e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
