package dev.balboa.bindings;

import java.lang.reflect.Method;

/**
 * Counts the heap bytes that the current thread has allocated. By reflection, since this module
 * does not read {@code jdk.management}.
 */
final class AllocatedBytes {

  private AllocatedBytes() {}

  static long ofThisThread() {
    try {
      Object bean =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      Method allocated =
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getCurrentThreadAllocatedBytes");
      return (long) allocated.invoke(bean);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the JVM does not count allocated bytes", e);
    }
  }
}
