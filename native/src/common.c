/* Version, threads, and the checks every family uses. */
#include "internal.h"

#ifdef _OPENMP
#include <omp.h>
#endif

int32_t balboa_kernels_abi_version(void) { return BALBOA_KERNELS_ABI; }

const char *balboa_kernels_version_string(void) { return "0.1.0"; }

const char *balboa_kernels_isa(void) {
#if BALBOA_HAS_CLONES
  if (__builtin_cpu_supports("x86-64-v4")) {
    return "avx512";
  }
  if (__builtin_cpu_supports("x86-64-v3")) {
    return "avx2";
  }
#endif
  return "baseline";
}

int32_t balboa_max_threads(void) {
#ifdef _OPENMP
  return (int32_t)omp_get_max_threads();
#else
  return 1;
#endif
}

int32_t balboa_set_threads(int32_t threads) {
  BK_CHECK(threads >= 1, BALBOA_ERR_ARGUMENT);
#ifdef _OPENMP
  omp_set_num_threads(threads);
#endif
  return BALBOA_OK;
}

void bk_parallel(int64_t n, int64_t grain, bk_range_fn fn, void *context) {
  if (n <= 0) {
    return;
  }
#ifdef _OPENMP
  /* One thread or all of them, never a number between: libgomp ends and restarts threads when a team shrinks. */
  const int64_t threads = n >= 2 * grain && !omp_in_parallel() ? omp_get_max_threads() : 1;
  if (threads > 1 && n / threads >= grain / 4) {
    int64_t share = (n + threads - 1) / threads;
    if (share >= 1024) {
      share = (share + 63) / 64 * 64;
    }
#pragma omp parallel num_threads((int)threads)
    {
      for (int64_t t = omp_get_thread_num(); t < threads; t += omp_get_num_threads()) {
        const int64_t begin = t * share;
        const int64_t end = bk_min(n, begin + share);
        if (begin < end) {
          fn(context, begin, end);
        }
      }
    }
    return;
  }
#else
  (void)grain;
#endif
  fn(context, 0, n);
}

int64_t bk_team_size(void) {
#ifdef _OPENMP
  return omp_in_parallel() ? 1 : bk_min(BK_TEAM, omp_get_max_threads());
#else
  return 1;
#endif
}

void bk_team(bk_team_fn fn, void *context) {
  bk_seat seats[BK_TEAM];
  const int64_t threads = bk_team_size();
  for (int64_t i = 0; i < threads; i++) {
    atomic_init(&seats[i].arrivals, 0);
  }
#ifdef _OPENMP
  if (threads > 1) {
#pragma omp parallel num_threads((int)threads)
    {
      const bk_member me = {seats, omp_get_thread_num(), omp_get_num_threads()};
      fn(context, &me);
    }
    return;
  }
#endif
  const bk_member alone = {seats, 0, 1};
  fn(context, &alone);
}

static void wait_a_little(int64_t spins) {
  enum { PATIENCE = 4096 };
  if (spins < PATIENCE) {
    BALBOA_RELAX();
  } else {
    BALBOA_YIELD();
  }
}

/* A barrier of OpenMP took 1.5 us here where this takes 0.3: everybody writes to a cache line of its own. */
void bk_meet(const bk_member *me) {
  const uint32_t now = atomic_load_explicit(&me->seats[me->index].arrivals, memory_order_relaxed) + 1;
  atomic_store_explicit(&me->seats[me->index].arrivals, now, memory_order_release);
  for (int64_t i = 0; i < me->count; i++) {
    /* Nobody can be more than one meeting ahead. */
    for (int64_t spins = 0; atomic_load_explicit(&me->seats[i].arrivals, memory_order_acquire) - now == UINT32_MAX;
         spins++) {
      wait_a_little(spins);
    }
  }
}

void bk_open(bk_exchange *e) {
  atomic_init(&e->waiting, 0);
  atomic_init(&e->begun, 0);
  atomic_init(&e->busy, 0);
  for (int64_t i = 0; i < bk_team_size(); i++) {
    atomic_init(&e->seats[i].is_there, 0);
  }
}

void bk_begin(bk_exchange *e) {
  atomic_fetch_add_explicit(&e->busy, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&e->begun, 1, memory_order_release);
}

int bk_give(bk_exchange *e, const bk_gift *gift) {
  uint64_t waiting = atomic_load_explicit(&e->waiting, memory_order_relaxed);
  while (waiting != 0) {
    const uint64_t rest = waiting & (waiting - 1), bit = waiting & ~rest;
    if (atomic_compare_exchange_weak_explicit(&e->waiting, &waiting, rest, memory_order_acquire,
                                              memory_order_relaxed)) {
      int64_t i = 0;
      while (bit >> i != 1) {
        i++;
      }
      atomic_fetch_add_explicit(&e->busy, 1, memory_order_relaxed);
      e->seats[i].gift = *gift;
      atomic_store_explicit(&e->seats[i].is_there, 1, memory_order_release);
      return 1;
    }
  }
  return 0;
}

int bk_ask(bk_exchange *e, const bk_member *me, bk_gift *gift) {
  atomic_fetch_sub_explicit(&e->busy, 1, memory_order_relaxed);
  if (atomic_load_explicit(&e->begun, memory_order_acquire) < me->count) {
    return 0;
  }
  const uint64_t bit = UINT64_C(1) << me->index;
  atomic_fetch_or_explicit(&e->waiting, bit, memory_order_release); /* what was given before has been read */
  for (int64_t spins = 0;; spins++) {
    if (atomic_load_explicit(&e->seats[me->index].is_there, memory_order_acquire)) {
      atomic_store_explicit(&e->seats[me->index].is_there, 0, memory_order_relaxed);
      *gift = e->seats[me->index].gift;
      return 1;
    }
    /* Whoever gives is busy, but may be done when its gift is not yet seen: then the bit is gone, and this waits on. */
    if (atomic_load_explicit(&e->busy, memory_order_relaxed) == 0 &&
        (atomic_fetch_and_explicit(&e->waiting, ~bit, memory_order_relaxed) & bit) != 0) {
      return 0;
    }
    wait_a_little(spins);
  }
}

int64_t bk_product(int32_t count, const int64_t *sizes) {
  const int64_t limit = INT64_C(1) << 60;
  const int64_t small = INT64_C(1) << 30; /* the product of two such is below the limit: no division */
  int64_t product = 1;
  int zero = 0;
  for (int32_t i = 0; i < count; i++) {
    if (sizes[i] < 0) {
      return -1;
    }
    if (sizes[i] == 0) {
      zero = 1;
    } else if ((product | sizes[i]) >= small && product > limit / sizes[i]) {
      return -1;
    } else {
      product *= sizes[i];
    }
  }
  return zero ? 0 : product;
}

int64_t bk_product3(int64_t a, int64_t b, int64_t c) {
  const int64_t sizes[3] = {a, b, c};
  return bk_product(3, sizes);
}

int32_t bk_dtype_size(int32_t dtype) {
  switch (dtype) {
    case BALBOA_F32:
    case BALBOA_I32:
      return 4;
    case BALBOA_F64:
    case BALBOA_I64:
      return 8;
    case BALBOA_BF16:
      return 2;
    case BALBOA_U8:
    case BALBOA_I8:
    case BALBOA_BOOL:
      return 1;
    default:
      return 0;
  }
}

int64_t bk_first_bad_index(int64_t n, const int32_t *indices, int64_t limit) {
  enum { BLOCK = 1024 };
  const uint64_t top = (uint64_t)limit;
  for (int64_t begin = 0; begin < n; begin += BLOCK) {
    const int64_t end = bk_min(n, begin + BLOCK);
    int bad = 0; /* without an exit, so that the loop is vectorised */
    BALBOA_SIMD_REDUCE(|, bad) for (int64_t i = begin; i < end; i++) { bad |= (uint64_t)(int64_t)indices[i] >= top; }
    for (int64_t i = begin; bad && i < end; i++) {
      if ((uint64_t)(int64_t)indices[i] >= top) {
        return i;
      }
    }
  }
  return -1;
}

enum { INDEX_BLOCK = 1024 };

/* For sizes below half of what `wide` holds, so that no sum is taken for a smaller one. */
#define ANY_OUTSIDE(type, wide, name)                                                  \
  BALBOA_CLONES static int name(int64_t n, const type *indices, wide size) {           \
    wide bad = 0; /* without an exit, so that the loop is vectorised */                \
    BALBOA_SIMD_REDUCE(|, bad) for (int64_t i = 0; i < n; i++) {                       \
      bad |= (wide)indices[i] + size >= 2 * size;                                      \
    }                                                                                  \
    return bad != 0;                                                                   \
  }

ANY_OUTSIDE(int32_t, uint32_t, any_outside_32)
ANY_OUTSIDE(int64_t, uint64_t, any_outside_64)

typedef struct {
  int32_t dtype;
  int64_t n;
  bk_parts parts;
  const void *indices;
  uint64_t size;
  int bad[BK_PARTS];
} outside_job;

static int any_outside(const outside_job *job, int64_t from, int64_t n) {
  if (job->dtype == BALBOA_I64) {
    return any_outside_64(n, (const int64_t *)job->indices + from, job->size);
  }
  /* No I32 is outside of more. */
  return job->size <= INT32_MAX && any_outside_32(n, (const int32_t *)job->indices + from, (uint32_t)job->size);
}

static void outside_range(void *context, int64_t begin, int64_t end) {
  outside_job *job = context;
  for (int64_t part = begin; part < end; part++) {
    const int64_t from = part * job->parts.size;
    job->bad[part] = any_outside(job, from, bk_min(job->parts.size, job->n - from));
  }
}

int64_t bk_first_outside(int64_t n, int32_t dtype, const void *indices, int64_t size) {
  outside_job job = {.dtype = dtype, .n = n, .parts = bk_cut(n, INDEX_BLOCK), .indices = indices, .size = (uint64_t)size};
  bk_parallel(job.parts.count, BK_GRAIN_CHEAP / INDEX_BLOCK, outside_range, &job);
  for (int64_t part = 0; part < job.parts.count; part++) {
    const int64_t from = part * job.parts.size;
    for (int64_t i = from; job.bad[part] && i < bk_min(n, from + job.parts.size); i++) {
      if (any_outside(&job, i, 1)) {
        return i;
      }
    }
  }
  return -1;
}

static uint64_t bits_of(bk_range r) { return (uint64_t)r.end << 32 | (uint64_t)r.from; }

static bk_range range_of(uint64_t bits) {
  const bk_range r = {(int64_t)(bits & UINT32_MAX), (int64_t)(bits >> 32)};
  return r;
}

void bk_share_out(bk_share *shares, int64_t members, int64_t n) {
  for (int64_t i = 0; i < members; i++) {
    const bk_range r = {n * i / members, n * (i + 1) / members};
    atomic_store_explicit(&shares[i].left, bits_of(r), memory_order_relaxed);
  }
}

int bk_take(bk_share *shares, int64_t members, int64_t member, int64_t least, int64_t border, bk_range *taken) {
  for (int64_t i = 0; i < members; i++) {
    bk_share *s = &shares[(member + i) % members];
    uint64_t bits = atomic_load_explicit(&s->left, memory_order_relaxed);
    for (bk_range left; left = range_of(bits), left.from < left.end;) {
      const int64_t count = bk_min(bk_max(least, (left.end - left.from + 1) / 2), left.end - left.from);
      bk_range rest = left;
      if (i == 0) {
        const int64_t next = left.from / border * border + border;
        rest.from = bk_min(left.from + count, next);
        *taken = (bk_range){left.from, rest.from};
      } else {
        const int64_t before = (left.end - 1) / border * border;
        rest.end = bk_max(left.end - count, before);
        *taken = (bk_range){rest.end, left.end};
      }
      if (atomic_compare_exchange_weak_explicit(&s->left, &bits, bits_of(rest), memory_order_relaxed,
                                                memory_order_relaxed)) {
        return 1;
      }
    }
  }
  return 0;
}
