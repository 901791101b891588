/* Stable sorting and selection along an axis.
 *
 * Every element becomes an item: a key whose unsigned order is the order asked for, and its position, which makes all
 * items of a line different. So there is one sorted order, and any method finds it. */
#include "internal.h"

typedef struct {
  uint64_t key, position;
} wide_item;

/* The low half is the position. */
typedef uint64_t narrow_item;

enum { RUN = 16 };

#define NARROW_LESS(a, b) ((a) < (b))
#define WIDE_LESS(a, b) ((a).key < (b).key || ((a).key == (b).key && (a).position < (b).position))

/* name_sort: bottom-up merging of runs, between the line and the room behind it; returns where the result is.
 * name_select: a[0..k) holds a heap of the k smallest of n items, largest first; then sorts it. */
#define ORDER(T, LESS, name)                                                    \
  static void name##_runs(T *a, int64_t n) {                                    \
    for (int64_t begin = 0; begin < n; begin += RUN) {                          \
      const int64_t end = bk_min(n, begin + RUN);                               \
      for (int64_t i = begin + 1; i < end; i++) {                               \
        const T v = a[i];                                                       \
        int64_t j = i;                                                          \
        for (; j > begin && LESS(v, a[j - 1]); j--) {                           \
          a[j] = a[j - 1];                                                      \
        }                                                                       \
        a[j] = v;                                                               \
      }                                                                         \
    }                                                                           \
  }                                                                             \
  static T *name##_sort(T *a, T *room, int64_t n) {                             \
    name##_runs(a, n);                                                          \
    T *from = a, *to = room;                                                    \
    for (int64_t width = RUN; width < n; width *= 2) {                          \
      for (int64_t begin = 0; begin < n; begin += 2 * width) {                  \
        const int64_t middle = bk_min(n, begin + width);                        \
        const int64_t end = bk_min(n, begin + 2 * width);                       \
        int64_t i = begin, j = middle, t = begin;                               \
        while (i < middle && j < end) {                                         \
          const int right = LESS(from[j], from[i]);                             \
          to[t++] = right ? from[j] : from[i];                                  \
          j += right;                                                           \
          i += !right;                                                          \
        }                                                                       \
        while (i < middle) {                                                    \
          to[t++] = from[i++];                                                  \
        }                                                                       \
        while (j < end) {                                                       \
          to[t++] = from[j++];                                                  \
        }                                                                       \
      }                                                                         \
      T *swap = from;                                                           \
      from = to;                                                                \
      to = swap;                                                                \
    }                                                                           \
    return from;                                                                \
  }                                                                             \
  static void name##_sift(T *heap, int64_t k, int64_t at) {                     \
    const T v = heap[at];                                                       \
    for (;;) {                                                                  \
      int64_t child = 2 * at + 1;                                               \
      if (child >= k) {                                                         \
        break;                                                                  \
      }                                                                         \
      if (child + 1 < k && LESS(heap[child], heap[child + 1])) {                \
        child++;                                                                \
      }                                                                         \
      if (!LESS(v, heap[child])) {                                              \
        break;                                                                  \
      }                                                                         \
      heap[at] = heap[child];                                                   \
      at = child;                                                               \
    }                                                                           \
    heap[at] = v;                                                               \
  }                                                                             \
  static void name##_offer(T *heap, int64_t k, int64_t seen, T v) {             \
    if (seen < k) {                                                             \
      heap[seen] = v;                                                           \
      for (int64_t at = k / 2 - 1; seen == k - 1 && at >= 0; at--) {            \
        name##_sift(heap, k, at);                                               \
      }                                                                         \
    } else if (LESS(v, heap[0])) {                                              \
      heap[0] = v;                                                              \
      name##_sift(heap, k, 0);                                                  \
    }                                                                           \
  }                                                                             \
  static void name##_heap_sort(T *heap, int64_t k) {                            \
    for (int64_t size = k - 1; size > 0; size--) {                              \
      const T v = heap[0];                                                      \
      heap[0] = heap[size];                                                     \
      heap[size] = v;                                                           \
      name##_sift(heap, size, 0);                                               \
    }                                                                           \
  }

ORDER(narrow_item, NARROW_LESS, narrow)
ORDER(wide_item, WIDE_LESS, wide)

/* Items from here on are sorted digit by digit, the lowest first, which keeps the order of equal ones. */
enum { DIGIT_SORT = 128, DIGITS = 4, BUCKETS = 256 };

/* As narrow_sort; the items are in the order of their positions, so that only the keys need sorting. */
static narrow_item *narrow_digits(narrow_item *a, narrow_item *room, int64_t n) {
  uint32_t starts[DIGITS][BUCKETS] = {{0}};
  for (int64_t i = 0; i < n; i++) {
    for (int32_t digit = 0; digit < DIGITS; digit++) {
      starts[digit][a[i] >> (32 + 8 * digit) & 255]++;
    }
  }
  narrow_item *from = a, *to = room;
  for (int32_t digit = 0; digit < DIGITS; digit++) {
    uint32_t *start = starts[digit], at = 0;
    if (start[a[0] >> (32 + 8 * digit) & 255] == n) {
      continue; /* all have the same one */
    }
    for (int32_t bucket = 0; bucket < BUCKETS; bucket++) {
      const uint32_t count = start[bucket];
      start[bucket] = at;
      at += count;
    }
    for (int64_t i = 0; i < n; i++) {
      const narrow_item v = from[i];
      to[start[v >> (32 + 8 * digit) & 255]++] = v;
    }
    narrow_item *swap = from;
    from = to;
    to = swap;
  }
  return from;
}

BALBOA_INLINE narrow_item *narrow_order(narrow_item *a, narrow_item *room, int64_t n) {
  return n < DIGIT_SORT ? narrow_sort(a, room, n) : narrow_digits(a, room, n);
}

BALBOA_INLINE wide_item *wide_order(wide_item *a, wide_item *room, int64_t n) { return wide_sort(a, room, n); }

/* Keys in ascending order: NaN above everything, -0 as 0. */
BALBOA_INLINE uint32_t key_32(int32_t dtype, const void *x, int64_t at) {
  const uint32_t sign = 0x80000000u, u = ((const uint32_t *)x)[at];
  if (dtype == BALBOA_I32) {
    return u ^ sign;
  }
  if ((u & ~sign) > 0x7f800000u) {
    return 0xffffffffu;
  }
  return u == sign ? sign : u & sign ? ~u : u | sign;
}

BALBOA_INLINE uint64_t key_64(int32_t dtype, const void *x, int64_t at) {
  const uint64_t sign = UINT64_C(1) << 63, u = ((const uint64_t *)x)[at];
  if (dtype == BALBOA_I64) {
    return u ^ sign;
  }
  if ((u & ~sign) > UINT64_C(0x7ff0000000000000)) {
    return UINT64_MAX;
  }
  return u == sign ? sign : u & sign ? ~u : u | sign;
}

typedef struct {
  int32_t dtype;
  int descending, all; /* all: sort; else only the first k */
  int64_t n, inner, k, lines, slots;
  const void *x;
  void *values;
  int32_t *indices;
  char *scratch;
} order_job;

BALBOA_INLINE narrow_item narrow_make(const order_job *job, int64_t at, int64_t position) {
  const uint32_t key = key_32(job->dtype, job->x, at);
  return (uint64_t)(job->descending ? ~key : key) << 32 | (uint64_t)position;
}

BALBOA_INLINE wide_item wide_make(const order_job *job, int64_t at, int64_t position) {
  const uint64_t key = key_64(job->dtype, job->x, at);
  const wide_item item = {job->descending ? ~key : key, (uint64_t)position};
  return item;
}

#define NARROW_POSITION(item) ((int64_t)((item) & 0xffffffffu))
#define WIDE_POSITION(item) ((int64_t)(item).position)

/* A range of slots; slot s takes the lines s, s + slots, ... */
#define ORDER_RANGE(T, B, POSITION, name)                                                \
  static void name##_range(void *context, int64_t begin, int64_t end) {                  \
    const order_job *job = context;                                                      \
    const int64_t room = job->all ? 2 * job->n : job->k;                                 \
    for (int64_t slot = begin; slot < end; slot++) {                                     \
      T *items = (T *)(void *)job->scratch + slot * room;                                \
      for (int64_t line = slot; line < job->lines; line += job->slots) {                 \
        const int64_t o = line / job->inner, i = line % job->inner;                      \
        const int64_t base = o * job->n * job->inner + i;                                \
        for (int64_t j = 0; j < job->n; j++) {                                           \
          const T item = name##_make(job, base + j * job->inner, j);                     \
          if (job->all) {                                                                \
            items[j] = item;                                                             \
          } else {                                                                       \
            name##_offer(items, job->k, j, item);                                        \
          }                                                                              \
        }                                                                                \
        const T *sorted = items;                                                         \
        if (job->all) {                                                                  \
          sorted = name##_order(items, items + job->n, job->n);                          \
        } else {                                                                         \
          name##_heap_sort(items, job->k);                                               \
        }                                                                                \
        const int64_t to = o * job->k * job->inner + i;                                  \
        for (int64_t j = 0; j < job->k; j++) {                                           \
          const int64_t p = POSITION(sorted[j]);                                         \
          job->indices[to + j * job->inner] = (int32_t)p;                                \
          ((B *)job->values)[to + j * job->inner] = ((const B *)job->x)[base + p * job->inner]; \
        }                                                                                \
      }                                                                                  \
    }                                                                                    \
  }

ORDER_RANGE(narrow_item, uint32_t, NARROW_POSITION, narrow)
ORDER_RANGE(wide_item, uint64_t, WIDE_POSITION, wide)

static int32_t order(order_job *job, int64_t outer) {
  BK_CHECK(job->dtype >= BALBOA_F32 && job->dtype <= BALBOA_I64, BALBOA_ERR_KIND);
  const int64_t total = bk_product3(outer, job->n, job->inner);
  BK_CHECK(total >= 0 && job->n <= INT32_MAX && job->slots >= 1, BALBOA_ERR_ARGUMENT);
  BK_CHECK(job->k >= 0 && job->k <= job->n, BALBOA_ERR_ARGUMENT);
  if (outer * job->k * job->inner == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(job->x != NULL && job->values != NULL && job->indices != NULL && job->scratch != NULL, BALBOA_ERR_NULL);
  job->lines = outer * job->inner;
  const int64_t slots = bk_min(job->slots, job->lines);
  const int narrow = job->dtype == BALBOA_F32 || job->dtype == BALBOA_I32;
  bk_parallel(slots, total >= BK_GRAIN_MATH ? 1 : slots, narrow ? narrow_range : wide_range, job);
  return BALBOA_OK;
}

int32_t balboa_sort(int32_t dtype, int32_t descending, int64_t outer, int64_t n, int64_t inner, const void *x,
                    void *values, int32_t *indices, int64_t slots, void *scratch) {
  order_job job = {.dtype = dtype, .descending = descending != 0, .all = 1, .n = n, .inner = inner, .k = n,
                   .slots = slots, .x = x, .values = values, .indices = indices, .scratch = scratch};
  return order(&job, outer);
}

int32_t balboa_topk(int32_t dtype, int32_t largest, int64_t outer, int64_t n, int64_t inner, int64_t k, const void *x,
                    void *values, int32_t *indices, int64_t slots, void *scratch) {
  order_job job = {.dtype = dtype, .descending = largest != 0, .n = n, .inner = inner, .k = k, .slots = slots,
                   .x = x, .values = values, .indices = indices, .scratch = scratch};
  return order(&job, outer);
}
