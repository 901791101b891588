/* Sorting and selection against insertion into a sorted list. */
#include "check.h"

static const double *compared;
static int compared_descending;

/* NaN is larger than everything; equals by position. */
static int before(int64_t a, int64_t b) {
  const double x = compared[a], y = compared[b];
  const int less = isnan(y) ? !isnan(x) : x < y, more = isnan(x) ? !isnan(y) : x > y;
  if (less || more) {
    return compared_descending ? more : less;
  }
  return a < b;
}

static int compare(const void *a, const void *b) {
  const int64_t i = *(const int64_t *)a, j = *(const int64_t *)b;
  return i == j ? 0 : before(i, j) ? -1 : 1;
}

static void check(int32_t dtype, int64_t outer, int64_t n, int64_t inner, int64_t k, int descending, int64_t slots) {
  const int64_t total = outer * n * inner, kept = outer * k * inner;
  const int64_t size = dtype == BALBOA_F32 || dtype == BALBOA_I32 ? 4 : 8;
  uint8_t *x = NEW(uint8_t, total * size), *values = NEW(uint8_t, kept * size);
  int32_t *indices = NEW(int32_t, kept);
  double *exact = NEW(double, total), *line = NEW(double, n);
  int64_t *order = NEW(int64_t, n);
  const int real = dtype == BALBOA_F32 || dtype == BALBOA_F64;
  for (int64_t i = 0; i < total; i++) {
    const uint32_t special = next_u32() % 20;
    const double v = real && special == 0   ? NAN
                     : real && special == 1 ? -INFINITY
                     : real && special == 2 ? -0.0
                     : special < 8          ? (double)(next_u32() % 3)
                                            : floor(next_uniform(-1e6, 1e6));
    exact[i] = v;
    switch (dtype) {
      case BALBOA_F32: ((float *)(void *)x)[i] = (float)v; break;
      case BALBOA_F64: ((double *)(void *)x)[i] = v; break;
      case BALBOA_I32: ((int32_t *)(void *)x)[i] = (int32_t)v; break;
      default: ((int64_t *)(void *)x)[i] = (int64_t)v; break;
    }
  }
  const int64_t item = size == 4 ? 8 : 16;
  void *scratch = guarded(slots * 2 * n * item);
  if (k == n) {
    EXPECT_OK(balboa_sort(dtype, descending, outer, n, inner, x, values, indices, slots, scratch));
  } else {
    EXPECT_OK(balboa_topk(dtype, descending, outer, n, inner, k, x, values, indices, slots, scratch));
  }
  for (int64_t l = 0; l < outer * inner; l++) {
    const int64_t o = l / inner, i = l % inner;
    for (int64_t j = 0; j < n; j++) {
      line[j] = exact[(o * n + j) * inner + i];
      order[j] = j;
    }
    compared = line;
    compared_descending = descending;
    qsort(order, (size_t)n, sizeof *order, compare);
    for (int64_t j = 0; j < k; j++) {
      const int64_t at = (o * k + j) * inner + i, from = (o * n + order[j]) * inner + i;
      EXPECT(indices[at] == order[j], "index %d at %d, expected %d", (int)indices[at], (int)at, (int)order[j]);
      EXPECT(memcmp(values + at * size, x + from * size, (size_t)size) == 0, "value at %d", (int)at);
    }
  }
  release(x);
  release(values);
  release(indices);
  release(exact);
  release(line);
  release(order);
  release(scratch);
}

int main(void) {
  for (int32_t dtype = BALBOA_F32; dtype <= BALBOA_I64; dtype++) {
    for (int descending = 0; descending <= 1; descending++) {
      check(dtype, 1, 1, 1, 1, descending, 1);
      check(dtype, 1, 15, 1, 15, descending, 1);
      check(dtype, 2, 17, 3, 17, descending, 4);
      check(dtype, 3, 100, 2, 100, descending, 2);
      check(dtype, 1, 20011, 1, 20011, descending, 1);
      check(dtype, 50, 333, 3, 333, descending, 3);
      check(dtype, 3, 10, 4, 3, descending, 2);
      check(dtype, 3, 10, 4, 1, descending, 5);
      check(dtype, 40, 1001, 1, 7, descending, 2);
      check(dtype, 1, 5000, 1, 4999, descending, 1);
      check(dtype, 2, 5, 2, 0, descending, 1);
      check(dtype, 2, 0, 2, 0, descending, 1);
    }
  }
  float x[3] = {3, 1, 2}, y[3] = {7};
  int32_t at[3];
  uint64_t scratch[6];
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_sort(BALBOA_U8, 0, 1, 3, 1, x, y, at, 1, scratch));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_sort(BALBOA_F32, 0, 1, -3, 1, x, y, at, 1, scratch));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_sort(BALBOA_F32, 0, 1, 3, 1, x, y, at, 0, scratch));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_topk(BALBOA_F32, 0, 1, 3, 1, 4, x, y, at, 1, scratch));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_sort(BALBOA_F32, 0, 1, 3, 1, x, y, at, 1, NULL));
  EXPECT(y[0] == 7, "written in spite of an error");
  return check_done("sort");
}
