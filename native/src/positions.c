/* Where the elements of a mask are. */
#include "internal.h"

enum { BLOCK = 256 };

typedef struct {
  int32_t ndim;
  const int64_t *dims;
  const uint8_t *mask;
  int64_t total;
  bk_parts parts;
  int64_t before[BK_PARTS + 1]; /* how many there are before each part */
  int64_t *positions;
} positions_job;

BALBOA_CLONES static int64_t count_set(int64_t n, const uint8_t *mask) {
  int64_t count = 0;
  BALBOA_SIMD_REDUCE(+, count) for (int64_t i = 0; i < n; i++) { count += mask[i] != 0; }
  return count;
}

static void count_range(void *context, int64_t begin, int64_t end) {
  positions_job *job = context;
  for (int64_t p = begin; p < end; p++) {
    const int64_t from = p * job->parts.size;
    job->before[p + 1] = count_set(bk_min(job->parts.size, job->total - from), job->mask + from);
  }
}

/* The places of what is set in a block: every place is written, and the next one over it unless it is set. */
static int64_t set_in_block(int64_t n, const uint8_t *mask, int32_t *places) {
  int64_t found = 0;
  for (int64_t i = 0; i < n; i++) {
    places[found] = (int32_t)i;
    found += mask[i] != 0;
  }
  return found;
}

/* Moves on by `step` elements; divides only where an axis ends. */
BALBOA_INLINE void advance(int32_t ndim, const int64_t *dims, int64_t step, int64_t *at) {
  for (int32_t d = ndim - 1; d >= 0; d--) {
    at[d] += step;
    if (at[d] < dims[d]) {
      return;
    }
    step = at[d] / dims[d];
    at[d] -= step * dims[d];
  }
}

BALBOA_INLINE void write_part(const positions_job *job, int64_t part, int32_t ndim) {
  const int64_t from = part * job->parts.size, to = bk_min(job->total, from + job->parts.size);
  int64_t *out = job->positions + job->before[part] * ndim;
  int64_t at[BALBOA_MAX_DIMS] = {0}, here = 0; /* coordinates of element `here` */
  int32_t places[BLOCK];
  for (int64_t first = from; first < to; first += BLOCK) {
    const int64_t found = set_in_block(bk_min(BLOCK, to - first), job->mask + first, places);
    for (int64_t k = 0; k < found; k++, out += ndim) {
      advance(ndim, job->dims, first + places[k] - here, at);
      here = first + places[k];
      for (int32_t d = 0; d < ndim; d++) {
        out[d] = at[d];
      }
    }
  }
}

static void write_range(void *context, int64_t begin, int64_t end) {
  const positions_job *job = context;
  for (int64_t part = begin; part < end; part++) {
    switch (job->ndim) {
      case 1:
        write_part(job, part, 1);
        break;
      case 2:
        write_part(job, part, 2);
        break;
      default:
        write_part(job, part, job->ndim);
        break;
    }
  }
}

int32_t balboa_positions(int32_t ndim, const int64_t *dims, const uint8_t *mask, int64_t count, int64_t *positions,
                         int64_t *found) {
  BK_CHECK(ndim >= 1 && ndim <= BALBOA_MAX_DIMS && count >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(dims != NULL && found != NULL, BALBOA_ERR_NULL);
  const int64_t total = bk_product(ndim, dims);
  BK_CHECK(total >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK((mask != NULL || total == 0) && (positions != NULL || count == 0), BALBOA_ERR_NULL);
  positions_job job = {.ndim = ndim, .dims = dims, .mask = mask, .total = total, .positions = positions};
  job.parts = bk_cut(total, 16 * BLOCK);
  bk_parallel(job.parts.count, BK_GRAIN_CHEAP / (16 * BLOCK), count_range, &job);
  for (int64_t part = 0; part < job.parts.count; part++) {
    job.before[part + 1] += job.before[part];
  }
  *found = job.before[job.parts.count];
  if (*found == count) {
    bk_parallel(job.parts.count, BK_GRAIN_CHEAP / (16 * BLOCK), write_range, &job);
  }
  return BALBOA_OK;
}
