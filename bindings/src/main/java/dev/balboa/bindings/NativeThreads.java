package dev.balboa.bindings;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The only place where thread counts of the native libraries are set.
 *
 * <p>oneDNN and {@code balboa_kernels} run on OpenMP, whose regions {@code balboa_team} runs on
 * threads of its own, or libgomp where the libraries are not the bundled ones; matrix products of
 * OpenBLAS do too, cut into parts that the OpenMP threads call it for. There is one total, {@link
 * #count()}: the property {@value #PROPERTY}, or {@link #configure(int)} before the first native
 * use, or else the number of processors this JVM may use. The count is fixed for the life of the
 * process, because oneDNN bakes it into every primitive.
 *
 * <p>OpenMP keeps its limit per calling thread, and a new Java thread starts without one, so every
 * facade calls {@link #bind(int)} before it enters native code. Virtual threads need nothing more:
 * they cannot leave their carrier between the two calls.
 *
 * <p>OpenBLAS has a pthread pool of its own and is kept from using it: the idle threads of two
 * pools spin, and on few cores the spinning of one starves the other (a 256x256 sgemm and a
 * convolution called in turn took seven times the sum of both alone; on the one pool they take the
 * sum). The loader shortens OpenBLAS's spinning through {@code OPENBLAS_THREAD_TIMEOUT} all the
 * same, for user code that calls the library itself.
 */
public final class NativeThreads {

  /** Name of the system property that holds the number of threads. */
  public static final String PROPERTY = "balboa.threads";

  private static final int MAX_THREADS = 1024;

  private NativeThreads() {}

  /** The count, fixed when this class is initialised: at the first question or native call. */
  private static final class Count {
    static final int VALUE = read();

    private static int read() {
      String text = System.getProperty(PROPERTY);
      if (text == null) {
        return Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
      }
      int value;
      try {
        value = Integer.parseInt(text.strip());
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            PROPERTY + ": expected a number of threads from 1 to 1024, got '" + text + "'", e);
      }
      return checked(value);
    }
  }

  private static final class OpenMp {
    static final MethodHandle SET_NUM_THREADS =
        NativeCalls.critical(
            Natives.lookup("gomp").findOrThrow("omp_set_num_threads"),
            FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
    static final MethodHandle GET_MAX_THREADS =
        NativeCalls.critical(
            Natives.lookup("gomp").findOrThrow("omp_get_max_threads"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT));
  }

  /** Returns the number of threads that native code may use in total. */
  public static int count() {
    return Count.VALUE;
  }

  /**
   * Sets the number of threads; to be called before anything else of this library.
   *
   * @throws IllegalStateException if another count is already in use
   */
  public static void configure(int threads) {
    System.setProperty(PROPERTY, Integer.toString(checked(threads)));
    if (Count.VALUE != threads) {
      throw new IllegalStateException(
          "native threads: asked for "
              + threads
              + ", but "
              + Count.VALUE
              + " are already in use; configure before the first native call");
    }
  }

  /** Lets OpenMP code called from this thread use {@link #count()} threads. */
  public static void bind() {
    bind(Count.VALUE);
  }

  /**
   * Lets OpenMP code called from this thread use {@code threads} threads, until the next call.
   * Costs a few nanoseconds.
   */
  public static void bind(int threads) {
    try {
      OpenMp.SET_NUM_THREADS.invokeExact(threads);
    } catch (Throwable e) {
      throw NativeCalls.unexpected(e);
    }
  }

  /**
   * The same for a primitive, which was made for as many and leaves each of them a share.
   *
   * @throws IllegalStateException if the system has no threads for them
   */
  static void bindAll(int threads) {
    bind(threads);
    if (threads > 1 && current() < threads) {
      throw new IllegalStateException(
          "native threads: only "
              + current()
              + " of "
              + threads
              + " could be started; is the number of threads or processes limited?");
    }
  }

  /** Returns the number of threads OpenMP code called from this thread would use now. */
  public static int current() {
    try {
      return (int) OpenMp.GET_MAX_THREADS.invokeExact();
    } catch (Throwable e) {
      throw NativeCalls.unexpected(e);
    }
  }

  /** Returns {@code threads} if it is a count that the libraries take. */
  static int checked(int threads) {
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          PROPERTY + ": expected a number of threads from 1 to 1024, got " + threads);
    }
    return threads;
  }
}
