/*
 * The part of OpenMP's runtime that oneDNN and our kernels use, under the names that GCC's programs know: parallel
 * regions of a fixed number of threads, and barriers in them. libgomp enters the kernel twice a region, to wake threads
 * whether or not they sleep; that costs as much as a small product where a virtual machine makes system calls slow.
 * Here nobody enters the kernel who does not have to wait long.
 *
 * Whoever begins a region takes over the share of a worker that has not begun with it when its own is done: the worker
 * may be asleep, or another thread may have its processor (a compiler of the JVM, another request). Waiting for it took
 * seven times as long as the region. Shares that meet at a barrier have all begun before one of them is done.
 *
 * Where the system has no more threads to give, omp_get_max_threads() says how many there are, and our kernels share
 * out their work among those.
 *
 * As in libgomp, every thread that begins regions has workers of its own, which end with it, and a region within a
 * region has one thread. Beside libgomp this is fewer functions: it serves the libraries that are loaded together with
 * it (see NativeLoader) and nobody else in the process.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

#define API __attribute__((visibility("default")))
#define LINE 64 /* bytes that move from one processor to another at once */

/* ---- a number that somebody waits for */

typedef struct {
  atomic_uint value;
  atomic_uint sleepers;
} bell;

/* How often a waiting thread looks before it sleeps: as long as a layer of a network may take; but not more than
 * CROWDED times while more threads are active than there are processors, for somebody may be waiting for this one. */
static int64_t patience = 10000;
enum { CROWDED = 100 };

/* Workers that are awake, and a thread for each team of such. */
static atomic_int active;
static int processors;

static void pause_a_little(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static bool is_crowded(void) { return atomic_load_explicit(&active, memory_order_relaxed) > processors; }

/* Either the sleeper sees the new value or this sees the sleeper: each writes before it reads, in one order for all. */
static void ring(bell *b, unsigned value) {
  atomic_store(&b->value, value);
  if (atomic_load(&b->sleepers) != 0) {
    syscall(SYS_futex, &b->value, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
  }
}

/* Waits for another value than `old`, and returns it; asleep, so many threads fewer are active. */
static unsigned await_other(bell *b, unsigned old, int threads) {
  unsigned now;
  for (int64_t i = 0; i < patience && (i < CROWDED || !is_crowded()); i++) {
    if ((now = atomic_load_explicit(&b->value, memory_order_acquire)) != old) {
      return now;
    }
    pause_a_little();
  }
  atomic_fetch_sub(&active, threads);
  atomic_fetch_add(&b->sleepers, 1);
  while ((now = atomic_load(&b->value)) == old) {
    syscall(SYS_futex, &b->value, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
  }
  atomic_fetch_sub(&b->sleepers, 1);
  atomic_fetch_add(&active, threads);
  return now;
}

static void await(bell *b, unsigned value) {
  for (unsigned now = atomic_load_explicit(&b->value, memory_order_acquire); now != value;) {
    now = await_other(b, now, 0);
  }
}

/* ---- threads */

typedef struct team team;

/* What a worker is told, and what it says when it is done. */
typedef struct {
  _Alignas(LINE) bell turn; /* even: that of a region, whose share nobody has taken yet; one more: somebody has */
  void (*run)(void *);      /* NULL: go home */
  void *data;
  int count;
  _Alignas(LINE) bell done; /* the turn of the last region in which it did its share */
  team *of;
  int index;
  bool is_late; /* whoever began the region has taken its share */
  pthread_t thread;
} worker;

struct team {
  worker **workers; /* of members 1, 2, ... */
  int hired;
  _Alignas(LINE) atomic_int arrived; /* at the barrier */
  _Alignas(LINE) bell barrier;
};

/* What the calling thread is in the innermost region. */
static _Thread_local struct {
  team *of; /* NULL outside a region of several threads */
  int index, count;
} me = {NULL, 0, 1};

static _Thread_local team *own;
static _Thread_local int wanted; /* omp_set_num_threads, or 0 */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key; /* tells when a thread with a team ends */
static int usual;

static _Noreturn void give_up(const char *what, int error) {
  fprintf(stderr, "balboa: cannot %s: %s\n", what, strerror(error));
  abort();
}

/* The last turn that a worker was told of, for the thread that tells it. */
static unsigned turn_of(worker *w) { return atomic_load_explicit(&w->turn.value, memory_order_relaxed) & ~1u; }

/* Takes the share of a turn; whether nobody had. What the worker is told does not change until it is done with it. */
static bool take(worker *w, unsigned turn) { return atomic_compare_exchange_strong(&w->turn.value, &turn, turn + 1); }

static void *work(void *argument) {
  worker *w = argument;
  const int threads = w->index == 1 ? 2 : 1; /* the first one stands for whoever tells it, too */
  atomic_fetch_add(&active, threads);
  for (unsigned seen = 0;;) {
    const unsigned turn = await_other(&w->turn, seen, threads);
    seen = turn | 1; /* what it becomes, whoever takes the share */
    if (turn == seen || !take(w, turn)) {
      continue;
    }
    if (w->run == NULL) {
      atomic_fetch_sub(&active, threads);
      return NULL;
    }
    me.of = w->of;
    me.index = w->index;
    me.count = w->count;
    w->run(w->data);
    ring(&w->done, turn);
  }
}

static void *allocate(size_t size) {
  const size_t whole = (size + LINE - 1) / LINE * LINE;
  void *at = aligned_alloc(LINE, whole);
  return at == NULL ? NULL : memset(at, 0, whole);
}

/* One more worker: what stood in the way, or 0. */
static int hire_one(team *t) {
  worker *w = allocate(sizeof *w);
  if (w == NULL) {
    return ENOMEM;
  }
  w->of = t;
  w->index = t->hired + 1;
  const int error = pthread_create(&w->thread, NULL, work, w);
  if (error != 0) {
    free(w);
    return error;
  }
  pthread_setname_np(w->thread, "balboa-team");
  t->workers[t->hired++] = w;
  return 0;
}

/* As many workers as `count`, or fewer if the system has no threads or memory for more: what stood in the way, or 0.
 * Workers leave signals to the threads that the program knows, but for those of a fault of their own. */
static int hire(team *t, int count) {
  if (t->hired >= count) {
    return 0;
  }
  worker **workers = realloc(t->workers, (size_t)count * sizeof(worker *));
  if (workers == NULL) {
    return ENOMEM;
  }
  t->workers = workers;
  sigset_t all, before;
  sigfillset(&all);
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    sigdelset(&all, faults[i]);
  }
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = 0;
  while (t->hired < count && error == 0) {
    error = hire_one(t);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

static void tell(worker *w, void (*run)(void *), void *data, int count) {
  w->run = run;
  w->data = data;
  w->count = count;
  ring(&w->turn, turn_of(w) + 2);
}

static void dismiss(void *argument) {
  team *t = argument;
  for (int i = 0; i < t->hired; i++) {
    tell(t->workers[i], NULL, NULL, 0);
    pthread_join(t->workers[i]->thread, NULL);
    free(t->workers[i]);
  }
  free(t->workers);
  free(t);
  own = NULL;
}

static void begin(void) {
  const int error = pthread_key_create(&key, dismiss);
  if (error != 0) {
    give_up("make a key", error);
  }
  cpu_set_t set;
  processors = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
  usual = processors;
  const char *threads = getenv("OMP_NUM_THREADS"), *policy = getenv("OMP_WAIT_POLICY");
  const char *spins = getenv("GOMP_SPINCOUNT");
  if (threads != NULL && atoi(threads) > 0) {
    usual = atoi(threads);
  }
  if (policy != NULL) {
    const bool spins_always = strcasecmp(policy, "active") == 0;
    patience = spins_always ? INT64_MAX : 0;
    processors = spins_always ? INT_MAX : processors;
  }
  if (spins != NULL && atoll(spins) >= 0) {
    patience = atoll(spins);
  }
}

/* NULL if there is no memory for it. */
static team *own_team(void) {
  if (own == NULL) {
    pthread_once(&once, begin);
    own = allocate(sizeof *own);
    pthread_setspecific(key, own);
  }
  return own;
}

/* ---- OpenMP's names */

API void GOMP_parallel(void (*run)(void *), void *data, unsigned count, unsigned flags);
API void GOMP_barrier(void);
API int omp_get_max_threads(void);
API int omp_get_num_threads(void);
API int omp_get_thread_num(void);
API int omp_in_parallel(void);
API void omp_set_num_threads(int count);

/* Threads that there are, not only wanted: whoever is told a number may leave each of them a share, and share out no
 * other way when fewer come. That is why a region of more than this cannot begin. */
int omp_get_max_threads(void) {
  pthread_once(&once, begin);
  const int count = wanted > 0 ? wanted : usual;
  if (count == 1 || me.of != NULL) {
    return count;
  }
  team *t = own_team();
  return t == NULL ? 1 : hire(t, count - 1) == 0 ? count : t->hired + 1;
}

void omp_set_num_threads(int count) { wanted = count > 0 ? count : 1; }

int omp_get_num_threads(void) { return me.count; }

int omp_get_thread_num(void) { return me.index; }

int omp_in_parallel(void) { return me.of != NULL; }

void GOMP_parallel(void (*run)(void *), void *data, unsigned count, unsigned flags) {
  (void)flags; /* which processors to run on: as the scheduler likes */
  const int members = me.of != NULL ? 1 : count > 0 ? (int)count : omp_get_max_threads();
  const int index = me.index, outer = me.count;
  me.index = 0;
  me.count = members;
  if (members == 1) {
    run(data);
  } else {
    team *t = own_team();
    const int error = t == NULL ? ENOMEM : hire(t, members - 1);
    if (error != 0) {
      give_up("start the threads of a region", error);
    }
    me.of = t;
    for (int i = 0; i < members - 1; i++) {
      tell(t->workers[i], run, data, members);
    }
    run(data);
    for (int i = 0; i < members - 1; i++) {
      worker *w = t->workers[i];
      w->is_late = take(w, turn_of(w));
      if (w->is_late) {
        me.index = w->index;
        run(data);
      }
    }
    for (int i = 0; i < members - 1; i++) {
      worker *w = t->workers[i];
      if (!w->is_late) {
        await(&w->done, turn_of(w));
      }
    }
    me.of = NULL;
  }
  me.index = index;
  me.count = outer;
}

void GOMP_barrier(void) {
  team *t = me.of;
  if (t == NULL || me.count == 1) {
    return;
  }
  const unsigned next = atomic_load_explicit(&t->barrier.value, memory_order_relaxed) + 1;
  if (atomic_fetch_add(&t->arrived, 1) + 1 == me.count) {
    atomic_store_explicit(&t->arrived, 0, memory_order_relaxed);
    ring(&t->barrier, next);
  } else {
    await(&t->barrier, next);
  }
}
