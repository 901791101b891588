/* The team's functions by themselves, on threads of this program. */
#define _GNU_SOURCE
#include <pthread.h>

static int create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *data);
#define pthread_create create
#include "../team/team.c"
#undef pthread_create

#include "check.h"

/* Threads that the system still gives to teams. */
static atomic_int left = INT_MAX;

static int create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *data) {
  if (atomic_fetch_sub(&left, 1) <= 0) {
    atomic_fetch_add(&left, 1);
    return EAGAIN;
  }
  return pthread_create(thread, attributes, run, data);
}

enum { MOST = 6 };

typedef struct {
  int runs[MOST], count[MOST], inside[MOST], inner_runs, inner_count;
  atomic_int before, late;
} seen;

static void inner(void *data) {
  seen *s = data;
  s->inner_runs++;
  s->inner_count = omp_get_num_threads() * 10 + omp_get_thread_num();
}

static void look(void *data) {
  seen *s = data;
  const int i = omp_get_thread_num();
  s->runs[i]++;
  s->count[i] = omp_get_num_threads();
  s->inside[i] = omp_in_parallel();
  if (i == 1) {
    GOMP_parallel(inner, s, 4, 0);
    EXPECT(omp_get_thread_num() == 1 && omp_get_num_threads() == s->count[1], "the region around it is as it was");
  }
  for (int round = 1; round <= 3; round++) {
    atomic_fetch_add(&s->before, 1);
    GOMP_barrier();
    if (atomic_load(&s->before) < round * s->count[i]) {
      atomic_fetch_add(&s->late, 1);
    }
    GOMP_barrier();
  }
}

static void region(unsigned count, int members) {
  seen s = {{0}, {0}, {0}, 0, 0, 0, 0};
  GOMP_parallel(look, &s, count, 0);
  for (int i = 0; i < MOST; i++) {
    EXPECT(s.runs[i] == (i < members), "%d members: member %d ran %d times", members, i, s.runs[i]);
    EXPECT(i >= members || s.count[i] == members, "%d members: told %d", members, s.count[i]);
    EXPECT(i >= members || s.inside[i] == (members > 1), "%d members: in parallel %d", members, s.inside[i]);
  }
  EXPECT(s.late == 0, "%d members: the barrier opened early", members);
  EXPECT(members == 1 || (s.inner_runs == 1 && s.inner_count == 10), "a region within has one thread");
  EXPECT(omp_in_parallel() == 0 && omp_get_num_threads() == 1 && omp_get_thread_num() == 0, "outside again");
}

static void *caller(void *data) {
  const int own_count = *(int *)data;
  omp_set_num_threads(own_count);
  for (int i = 0; i < 200; i++) {
    region(0, own_count);
    region((unsigned)(1 + i % MOST), 1 + i % MOST);
  }
  EXPECT(omp_get_max_threads() == own_count, "the number of threads is the caller's own");
  return NULL;
}

static void callers(void) {
  pthread_t threads[3];
  int counts[3] = {2, 3, 1};
  for (int i = 0; i < 3; i++) {
    EXPECT(pthread_create(&threads[i], NULL, caller, &counts[i]) == 0, "a thread");
  }
  for (int i = 0; i < 3; i++) {
    pthread_join(threads[i], NULL);
  }
}

static void count(void *data) {
  seen *s = data;
  s->runs[omp_get_thread_num()]++;
  s->count[omp_get_thread_num()] = omp_get_num_threads();
}

/* Workers that never come: whoever begins a region does their shares as what they are. */
static void late_workers(void) {
  team *t = own_team();
  EXPECT(t->hired == 0, "the main thread has had no region of several threads");
  worker *late[MOST - 1];
  for (int i = 0; i < MOST - 1; i++) {
    late[i] = allocate(sizeof *late[i]);
    late[i]->of = t;
    late[i]->index = i + 1;
  }
  t->workers = late;
  t->hired = MOST - 1;
  for (int round = 0; round < 3; round++) {
    seen s = {{0}, {0}, {0}, 0, 0, 0, 0};
    GOMP_parallel(count, &s, MOST, 0);
    for (int i = 0; i < MOST; i++) {
      EXPECT(s.runs[i] == 1 && s.count[i] == MOST, "share %d: %d times, %d members", i, s.runs[i], s.count[i]);
    }
    EXPECT(omp_in_parallel() == 0 && omp_get_thread_num() == 0, "outside again");
  }
  t->workers = NULL;
  t->hired = 0;
  for (int i = 0; i < MOST - 1; i++) {
    free(late[i]);
  }
}

/* A thread for which the system has fewer than it wants, and then enough. */
static void *limited_caller(void *data) {
  omp_set_num_threads(MOST);
  for (int given = 0; given < MOST; given++) {
    EXPECT(omp_get_max_threads() == 1 + given, "%d threads for %d given", omp_get_max_threads(), given);
    region(0, 1 + given);
    atomic_store(&left, 1);
  }
  return data;
}

static void few_threads(void) {
  pthread_t thread;
  atomic_store(&left, 0);
  EXPECT(pthread_create(&thread, NULL, limited_caller, NULL) == 0, "a thread");
  pthread_join(thread, NULL);
  atomic_store(&left, INT_MAX);
}

int main(void) {
  late_workers();
  EXPECT(omp_get_max_threads() >= 1, "a thread for each processor");
  omp_set_num_threads(0);
  EXPECT(omp_get_max_threads() == 1, "at least one thread");
  region(0, 1);
  GOMP_barrier(); /* nobody to wait for */
  few_threads();
  callers();
  patience = 0; /* all waiting is sleeping now */
  callers();
  return check_done("team");
}
