/* gather, scatter-add and the max-pooling pair against plain loops. */
#include "check.h"

static void check_rows(int64_t outer, int64_t rows, int64_t inner, int64_t count) {
  int32_t *indices = random_i32(count, (int32_t)(rows > 0 ? rows : 1));
  static const int32_t elem_sizes[] = {1, 4, 8};
  int64_t bad = -1;
  for (int k = 0; k < 3; k++) {
    const int64_t size = elem_sizes[k];
    uint8_t *x = NEW(uint8_t, outer * rows * inner * size), *y = NEW(uint8_t, outer * count * inner * size);
    for (int64_t i = 0; i < outer * rows * inner * size; i++) {
      x[i] = (uint8_t)next_u32();
    }
    EXPECT_OK(balboa_gather_rows((int32_t)size, outer, rows, inner, count, indices, x, y, &bad));
    for (int64_t t = 0; t < outer * count; t++) {
      const int64_t from = t / count * rows + indices[t % count];
      EXPECT(memcmp(y + t * inner * size, x + from * inner * size, (size_t)(inner * size)) == 0, "row %d", (int)t);
    }
    release(x);
    release(y);
  }
  float *dy = random_f32(outer * count * inner, -1, 1), *dx = random_f32(outer * rows * inner, -1, 1);
  float *want = NEW(float, outer * rows * inner), *start = NEW(float, outer * rows * inner);
  const size_t bytes = (size_t)(outer * rows * inner) * sizeof(float);
  memcpy(want, dx, bytes);
  memcpy(start, dx, bytes);
  for (int64_t t = 0; t < outer * count; t++) {
    for (int64_t i = 0; i < inner; i++) {
      want[(t / count * rows + indices[t % count]) * inner + i] += dy[t * inner + i];
    }
  }
  const int32_t threads = balboa_max_threads();
  for (int32_t n = 1; n <= 3; n++) {
    EXPECT_OK(balboa_set_threads(n));
    memcpy(dx, start, bytes);
    EXPECT_OK(balboa_scatter_add_rows_f32(outer, rows, inner, count, indices, dy, dx, &bad));
    EXPECT(memcmp(dx, want, bytes) == 0, "scatter of [%d, %d, %d] on %d threads", (int)outer, (int)rows, (int)inner,
           (int)n);
  }
  EXPECT_OK(balboa_set_threads(threads));
  EXPECT(bad == -1, "bad_index written without need");
  release(indices);
  release(dy);
  release(dx);
  release(want);
  release(start);
}

static void check_indices(void) {
  float x[6] = {1, 2, 3, 4, 5, 6}, y[6] = {7};
  const int32_t high[2] = {0, 3}, low[2] = {-1, 0};
  int64_t bad = -1;
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_gather_rows(4, 1, 3, 2, 2, high, x, y, &bad));
  EXPECT(bad == 1 && y[0] == 7, "bad index at %d", (int)bad);
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_scatter_add_rows_f32(1, 3, 2, 2, low, x, y, &bad));
  EXPECT(bad == 0 && y[0] == 7, "bad index at %d", (int)bad);
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_gather_rows(4, 1, 0, 2, 2, high, x, y, &bad));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_gather_rows(2, 1, 3, 2, 2, high, x, y, &bad));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_gather_rows(4, 1, 3, 2, 2, NULL, x, y, &bad));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_gather_rows(4, 1, 3, 2, 2, high, x, y, NULL));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_gather_rows(4, 1, -3, 2, 2, high, x, y, &bad));
}

static void check_pool(int64_t planes, const int64_t *g, int nans) {
  const int64_t h = g[0], w = g[1], oh = g[2], ow = g[3], in = planes * h * w, out = planes * oh * ow;
  float *x = NEW(float, in), *v = random_f32(in, -1, 1), *y = NEW(float, out), *dy = random_f32(out, -1, 1);
  float *dv = NEW(float, in), *want_y = NEW(float, out), *want_dv = NEW(float, in);
  for (int64_t i = 0; i < in; i++) {
    x[i] = nans && next_u32() % 10 == 0 ? NAN : (float)(next_u32() % 6) - 3.0f; /* many ties */
  }
  memset(want_dv, 0, (size_t)in * sizeof(float));
  for (int64_t o = 0; o < out; o++) {
    const int64_t plane = o / (oh * ow) * h * w;
    int64_t best = -1;
    for (int64_t k = 0; k < g[4] * g[5]; k++) {
      const int64_t yy = o / ow % oh * g[6] - g[8] + k / g[5] * g[10];
      const int64_t xx = o % ow * g[7] - g[9] + k % g[5] * g[11];
      if (yy >= 0 && yy < h && xx >= 0 && xx < w) {
        const int64_t at = plane + yy * w + xx;
        if (best < 0 || (!isnan(x[best]) && (isnan(x[at]) || x[at] > x[best]))) {
          best = at;
        }
      }
    }
    want_y[o] = best < 0 ? 0 : v[best];
    if (best >= 0) {
      want_dv[best] += dy[o];
    }
  }
  EXPECT_OK(balboa_maxpool2d_gather_f32(planes, g, x, v, y));
  EXPECT_OK(balboa_maxpool2d_scatter_f32(planes, g, x, dy, dv));
  EXPECT(memcmp(y, want_y, (size_t)out * sizeof(float)) == 0, "maxpool2d_gather");
  EXPECT(memcmp(dv, want_dv, (size_t)in * sizeof(float)) == 0, "maxpool2d_scatter");
  release(x);
  release(v);
  release(y);
  release(dy);
  release(dv);
  release(want_y);
  release(want_dv);
}

int main(void) {
  check_rows(1, 5, 3, 7);
  check_rows(1, 1000, 64, 3000);
  check_rows(3, 17, 5, 40);
  check_rows(40, 9, 33, 11);
  check_rows(1, 4, 3, 0);
  check_rows(1, 4, 0, 3);
  check_rows(0, 4, 3, 3);
  check_rows(1, 3, 1, 70000);
  check_indices();
  static const int64_t geometries[][12] = {
      {28, 28, 14, 14, 2, 2, 2, 2, 0, 0, 1, 1}, {7, 9, 7, 9, 3, 3, 1, 1, 1, 1, 1, 1},
      {11, 6, 4, 3, 3, 2, 3, 2, 1, 0, 1, 1},    {13, 13, 5, 4, 3, 3, 2, 3, 1, 2, 2, 3},
      {1, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1},     {4, 5, 0, 2, 2, 2, 2, 2, 0, 0, 1, 1},
      {0, 0, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1},
  };
  for (size_t i = 0; i < sizeof geometries / sizeof geometries[0]; i++) {
    check_pool(3, geometries[i], 0);
    check_pool(70, geometries[i], 1);
    check_pool(0, geometries[i], 0);
  }
  int64_t wrong[12];
  float x[4] = {0};
  memcpy(wrong, geometries[0], sizeof wrong);
  wrong[6] = 0;
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_maxpool2d_gather_f32(1, wrong, x, x, x));
  wrong[6] = 2;
  wrong[0] = -1;
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_maxpool2d_scatter_f32(1, wrong, x, x, x));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_maxpool2d_scatter_f32(1, geometries[0], NULL, x, x));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_maxpool2d_gather_f32(1, NULL, x, x, x));
  return check_done("gather");
}
