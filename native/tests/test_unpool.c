/* Unpooling of planes one by one and interleaved against a plain loop. */
#include "check.h"

static int64_t index_at(const void *indices, int wide, int64_t t, int64_t size) {
  const int64_t v = wide ? ((const int64_t *)indices)[t] : ((const int32_t *)indices)[t];
  return v < 0 ? v + size : v;
}

static void check_unpool(int64_t outer, int64_t size, int64_t count, int64_t inner, int wide) {
  const int64_t n = outer * count * inner, m = outer * size * inner;
  void *indices = guarded(n * (wide ? 8 : 4));
  double *y64 = NEW(double, n), *x64 = NEW(double, m), *want64 = NEW(double, m);
  float *y = NEW(float, n), *x = NEW(float, m), *want = NEW(float, m);
  for (int64_t i = 0; i < m; i++) {
    want[i] = 0;
    want64[i] = 0;
  }
  for (int64_t t = 0; t < n; t++) {
    const int64_t v = (int64_t)(next_u32() % (uint32_t)(2 * size)) - size; /* both signs, and several on one place */
    if (wide) {
      ((int64_t *)indices)[t] = v;
    } else {
      ((int32_t *)indices)[t] = (int32_t)v;
    }
    y[t] = (float)next_uniform(-1, 1);
    y64[t] = next_uniform(-1, 1);
    const int64_t to = (t / inner / count * size + index_at(indices, wide, t, size)) * inner + t % inner;
    want[to] += y[t];
    want64[to] += y64[t];
  }
  const int32_t type = wide ? BALBOA_I64 : BALBOA_I32, threads = balboa_max_threads();
  int64_t bad = -1;
  for (int32_t k = 1; k <= 3; k++) {
    EXPECT_OK(balboa_set_threads(k));
    EXPECT_OK(balboa_unpool(BALBOA_F32, type, outer, size, count, inner, indices, y, x, &bad));
    EXPECT_OK(balboa_unpool(BALBOA_F64, type, outer, size, count, inner, indices, y64, x64, &bad));
    EXPECT(memcmp(x, want, (size_t)m * sizeof(float)) == 0, "%d planes of %d on %d threads", (int)inner, (int)size, (int)k);
    EXPECT(memcmp(x64, want64, (size_t)m * sizeof(double)) == 0, "f64, %d planes of %d", (int)inner, (int)size);
  }
  EXPECT_OK(balboa_set_threads(threads));
  EXPECT(bad == -1, "bad_index written without need");
  void *all[] = {indices, y, x, want, y64, x64, want64};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    release(all[i]);
  }
}

int main(void) {
  static const int64_t shapes[][4] = {
      {3, 7, 5, 1},     {2, 9, 0, 1},      {0, 9, 4, 16},    {2, 5, 11, 3},      {3, 28, 7, 8},
      {2, 64, 100, 16}, {1, 30, 8, 24},    {5, 784, 49, 16}, {1, 40009, 500, 1}, {7, 12345, 300, 1},
      {3, 5003, 70, 8}, {1, 3001, 90, 40}, {2, 1, 6, 17},
  };
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    for (int wide = 0; wide <= 1; wide++) {
      check_unpool(shapes[i][0], shapes[i][1], shapes[i][2], shapes[i][3], wide);
    }
  }
  float y[4] = {1, 2, 3, 4}, x[6] = {7};
  const int32_t low[4] = {0, 1, -4, 2}, fine[4] = {0, 1, -3, 2};
  int64_t bad = -1;
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_unpool(BALBOA_F32, BALBOA_I32, 2, 3, 2, 1, low, y, x, &bad));
  EXPECT(bad == 2 && x[0] == 7, "bad index at %d", (int)bad);
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_unpool(BALBOA_F32, BALBOA_I32, 2, 0, 2, 1, fine, y, NULL, &bad));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_unpool(BALBOA_I32, BALBOA_I32, 2, 3, 2, 1, fine, y, x, &bad));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_unpool(BALBOA_F32, BALBOA_F32, 2, 3, 2, 1, fine, y, x, &bad));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_unpool(BALBOA_F32, BALBOA_I32, 2, -3, 2, 1, fine, y, x, &bad));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_unpool(BALBOA_F32, BALBOA_I32, 2, 3, 2, 1, NULL, y, x, &bad));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_unpool(BALBOA_F32, BALBOA_I32, 2, 3, 2, 1, fine, NULL, x, &bad));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_unpool(BALBOA_F32, BALBOA_I32, 2, 3, 2, 1, fine, y, NULL, &bad));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_unpool(BALBOA_F32, BALBOA_I32, 2, 3, 2, 1, fine, y, x, NULL));
  return check_done("unpool");
}
