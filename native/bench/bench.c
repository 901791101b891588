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

enum { MOST = 20000, TURNS = 5 };

typedef struct {
  double *sample;
  int count;
  int64_t calls; /* of a sample, which takes at least 20 us, so that the clock's 25 ns do not show */
} bench_samples;

static bench_samples start(const bench_entry *e) {
  for (int i = 0; i < 3; i++) {
    e->fn(e->context);
  }
  int64_t calls = 1, begin = bench_now();
  e->fn(e->context);
  int64_t once = bench_now() - begin;
  while (once * calls < 20000) {
    calls *= 2;
    once = once > 0 ? once : 1;
  }
  return (bench_samples){bench_alloc(MOST * (int64_t)sizeof(double)), 0, calls};
}

/* One call that does not count, as the others had the caches, and then samples until the time is over. */
static void turn(const bench_entry *e, bench_samples *s, double time) {
  const int64_t end = bench_now() + (int64_t)(time * 1e9);
  e->fn(e->context);
  do {
    const int64_t begin = bench_now();
    for (int64_t i = 0; i < s->calls; i++) {
      e->fn(e->context);
    }
    s->sample[s->count++] = (double)(bench_now() - begin) / (double)s->calls;
  } while (s->count < MOST && bench_now() < end);
}

static double report(const char *name, bench_samples *s) {
  qsort(s->sample, (size_t)s->count, sizeof(double), by_value);
  const double median = s->sample[s->count / 2];
  char best[160];
  snprintf(best, sizeof best, "%s.best", name);
  bench_print(name, median, "ns");
  bench_print(best, s->sample[0], "ns");
  free(s->sample);
  return median;
}

void bench_race(int count, const bench_entry *entries) {
  bench_samples samples[BENCH_MOST_ENTRIES];
  BENCH_CHECK(count > BENCH_MOST_ENTRIES);
  for (int i = 0; i < count; i++) {
    if (bench_wanted(entries[i].name)) {
      samples[i] = start(&entries[i]);
    }
  }
  for (int t = 0; t < TURNS; t++) {
    for (int i = 0; i < count; i++) {
      if (bench_wanted(entries[i].name)) {
        turn(&entries[i], &samples[i], seconds / TURNS);
      }
    }
  }
  for (int i = 0; i < count; i++) {
    if (bench_wanted(entries[i].name)) {
      report(entries[i].name, &samples[i]);
    }
  }
}

double bench_run(const char *name, bench_fn fn, void *context) {
  if (!bench_wanted(name)) {
    return 0;
  }
  const bench_entry e = {name, fn, context};
  bench_samples s = start(&e);
  for (int t = 0; t < TURNS; t++) {
    turn(&e, &s, seconds / TURNS);
  }
  return report(name, &s);
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
