/*
 * The loop in C that the bridge from Java is compared with, inside the JVM's own process, so that both call the same
 * primitive on the same memory. The function is passed in: dnnl_primitive_execute of the library that the JVM loaded.
 */
#include <stdint.h>

#if defined(_WIN32)
#define BRIDGE_API __declspec(dllexport)
#else
#define BRIDGE_API __attribute__((visibility("default")))
#endif

typedef int (*bridge_execute)(const void *primitive, void *stream, int count, const void *args);

/* Returns the first status that is not 0. */
BRIDGE_API int balboa_bridge_loop(bridge_execute execute, const void *primitive, void *stream, int count,
                                  const void *args, int64_t times);

int balboa_bridge_loop(bridge_execute execute, const void *primitive, void *stream, int count, const void *args,
                       int64_t times) {
  int status = 0;
  for (int64_t i = 0; i < times && status == 0; i++) {
    status = execute(primitive, stream, count, args);
  }
  return status;
}
