/* Version, and the checks every family uses. */
#include "internal.h"

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
