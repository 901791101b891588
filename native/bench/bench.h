/* Timing and output of the baseline programs: one line `name value unit` each. */
#ifndef BALBOA_BENCH_H
#define BALBOA_BENCH_H

#include <stdint.h>

typedef void (*bench_fn)(void *context);

/* Wall clock in nanoseconds. */
int64_t bench_now(void);

/* Runs fn(context) for about `seconds` in all after a warm-up, in samples long enough for the clock, and prints
 *   <name> <median> ns    and    <name>.best <fastest sample> ns
 * per call. Skipped when a filter is set and the name does not start with it. Returns the median. */
double bench_run(const char *name, bench_fn fn, void *context);

/* One of several ways to do the same. */
typedef struct {
  const char *name;
  bench_fn fn;
  void *context;
} bench_entry;

enum { BENCH_MOST_ENTRIES = 8 };

/* The same for each of the entries, which take turns, so that a machine that gets slower for a while is slower for
 * all. */
void bench_race(int count, const bench_entry *entries);

void bench_print(const char *name, double value, const char *unit);

/* Arguments of every program: [--seconds S] [name prefix]. */
void bench_arguments(int argc, char **argv);
int bench_wanted(const char *name);

/* Restarts the program with OPENBLAS_THREAD_TIMEOUT=4 unless it is set: OpenBLAS reads it when it is loaded. Without it
 * its idle threads spin against those of OpenMP. */
void bench_environment(char **argv);

/* 64-byte-aligned memory, zeroed and touched; ends the program when there is none. */
void *bench_alloc(int64_t bytes);
/* The same for f32[n], filled with repeatable numbers in [-scale, scale). */
float *bench_random(int64_t n, float scale);

/* Ends the program with file, line and text. */
_Noreturn void bench_fail(const char *file, int line, const char *what, int status);
#define BENCH_CHECK(call)                                  \
  do {                                                     \
    const int status_ = (int)(call);                       \
    if (status_ != 0) {                                    \
      bench_fail(__FILE__, __LINE__, #call, status_);      \
    }                                                      \
  } while (0)

#endif
