/* Functions of 16 bits, by table. */
#include "internal.h"

typedef struct {
  const uint16_t *table, *src;
  uint16_t *dst;
} lookup_job;

static void lookup_range(void *context, int64_t begin, int64_t end) {
  const lookup_job *job = context;
  for (int64_t i = begin; i < end; i++) {
    job->dst[i] = job->table[job->src[i]];
  }
}

int32_t balboa_lookup_16(int64_t n, const uint16_t *table, const uint16_t *src, uint16_t *dst) {
  BK_CHECK(n >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(n == 0 || (table != NULL && src != NULL && dst != NULL), BALBOA_ERR_NULL);
  lookup_job job = {table, src, dst};
  bk_parallel(n, BK_GRAIN_CHEAP, lookup_range, &job);
  return BALBOA_OK;
}
