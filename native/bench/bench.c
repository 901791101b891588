#define _POSIX_C_SOURCE 200809L
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double seconds = 0.5;
static const char *filter = "";

int64_t bench_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void bench_arguments(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc) {
      seconds = atof(argv[++i]);
    } else {
      filter = argv[i];
    }
  }
}

int bench_wanted(const char *name) { return strncmp(name, filter, strlen(filter)) == 0; }

void bench_print(const char *name, double value, const char *unit) {
  printf("%s %.6g %s\n", name, value, unit);
  fflush(stdout);
}

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double bench_run(const char *name, bench_fn fn, void *context) {
  enum { MOST = 20000 };
  if (!bench_wanted(name)) {
    return 0;
  }
  for (int i = 0; i < 3; i++) {
    fn(context);
  }
  /* A sample is at least 20 us, so that the clock's 25 ns do not show. */
  int64_t calls = 1, begin = bench_now();
  fn(context);
  int64_t once = bench_now() - begin;
  while (once * calls < 20000) {
    calls *= 2;
    once = once > 0 ? once : 1;
  }
  double *sample = bench_alloc(MOST * (int64_t)sizeof(double));
  int count = 0;
  const int64_t end = bench_now() + (int64_t)(seconds * 1e9);
  do {
    begin = bench_now();
    for (int64_t i = 0; i < calls; i++) {
      fn(context);
    }
    sample[count++] = (double)(bench_now() - begin) / (double)calls;
  } while (count < MOST && (bench_now() < end || count < 5));
  qsort(sample, (size_t)count, sizeof(double), by_value);
  const double median = sample[count / 2];
  char best[160];
  snprintf(best, sizeof best, "%s.best", name);
  bench_print(name, median, "ns");
  bench_print(best, sample[0], "ns");
  free(sample);
  return median;
}

void bench_environment(char **argv) {
  if (getenv("OPENBLAS_THREAD_TIMEOUT") == NULL) {
    setenv("OPENBLAS_THREAD_TIMEOUT", "4", 1);
    execv("/proc/self/exe", argv);
    bench_fail(__FILE__, __LINE__, "execv", 1);
  }
}

void *bench_alloc(int64_t bytes) {
  const size_t size = ((size_t)bytes + 127) / 64 * 64;
  void *p = aligned_alloc(64, size);
  if (p == NULL) {
    bench_fail(__FILE__, __LINE__, "aligned_alloc", 1);
  }
  return memset(p, 0, size);
}

float *bench_random(int64_t n, float scale) {
  float *x = bench_alloc(n * (int64_t)sizeof(float));
  uint32_t state = 12345;
  for (int64_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    x[i] = ((float)(state >> 8) * 0x1p-23f - 1.0f) * scale;
  }
  return x;
}

void bench_fail(const char *file, int line, const char *what, int status) {
  fprintf(stderr, "%s:%d: %s gave %d\n", file, line, what, status);
  exit(1);
}
