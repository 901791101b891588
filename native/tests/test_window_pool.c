/* Pooling over tables of windows against plain loops. */
#include "check.h"

enum { PLANES = 5 };

/* Adaptive windows of one dimension: floor(o in / out) to ceil((o + 1) in / out). */
static int64_t adaptive(int64_t in, int64_t out, int64_t *first, int64_t *count, int64_t *divide) {
  for (int64_t o = 0; o < out; o++) {
    first[o] = o * in / out;
    count[o] = ((o + 1) * in + out - 1) / out - first[o];
    divide[o] = count[o];
  }
  return out;
}

static void check_windows(const int64_t *w) {
  const int64_t *in = w, *out = w + 3, *step = w + 6, e = out[0] + out[1] + out[2];
  const int64_t *first = w + 9, *count = first + e, *divide = count + e;
  const int64_t in_size = in[0] * in[1] * in[2], out_size = out[0] * out[1] * out[2];
  double *x = NEW(double, PLANES * in_size), *y = NEW(double, PLANES * out_size), *dx = NEW(double, PLANES * in_size);
  double *m = NEW(double, PLANES * out_size);
  int32_t *index = NEW(int32_t, PLANES * out_size);
  for (int64_t i = 0; i < PLANES * in_size; i++) {
    x[i] = next_u32() % 9 == 0 ? NAN : (double)(next_u32() % 7);
  }
  EXPECT_OK(balboa_window_max(BALBOA_F64, PLANES, w, x, y, index));
  for (int64_t i = 0; i < PLANES * in_size; i++) {
    x[i] = isnan(x[i]) ? 0.5 : x[i];
  }
  double *nan_free = NEW(double, PLANES * out_size);
  int32_t *place = NEW(int32_t, PLANES * out_size);
  EXPECT_OK(balboa_window_max(BALBOA_F64, PLANES, w, x, nan_free, place));
  EXPECT_OK(balboa_window_mean(BALBOA_F64, PLANES, w, x, m));
  EXPECT_OK(balboa_window_mean_backward(BALBOA_F64, PLANES, w, m, dx));
  double left = 0, right = 0;
  for (int64_t p = 0; p < PLANES; p++) {
    for (int64_t o = 0; o < out_size; o++) {
      const int64_t a = o / (out[1] * out[2]), b = out[0] + o / out[2] % out[1], c = out[0] + out[1] + o % out[2];
      double sum = 0, top = -1;
      int64_t best = -1;
      for (int64_t i = 0; i < count[a]; i++) {
        for (int64_t j = 0; j < count[b]; j++) {
          for (int64_t k = 0; k < count[c]; k++) {
            const int64_t at = ((first[a] + i * step[0]) * in[1] + first[b] + j * step[1]) * in[2] + first[c] + k * step[2];
            sum += x[p * in_size + at];
            if (x[p * in_size + at] > top) {
              top = x[p * in_size + at];
              best = at;
            }
          }
        }
      }
      const int64_t here = p * out_size + o;
      EXPECT(nan_free[here] == top && place[here] == best, "max of window %d", (int)o);
      EXPECT(isnan(y[here]) || y[here] == x[p * in_size + index[here]], "a NaN is largest");
      EXPECT(near_rel(m[here], sum / (double)(divide[a] * divide[b] * divide[c]), 1e-14, 0), "mean %d", (int)o);
      left += m[here] * m[here];
    }
  }
  for (int64_t i = 0; i < PLANES * in_size; i++) {
    right += x[i] * dx[i];
  }
  EXPECT(near_rel(left, right, 1e-12, 1), "mean_backward is the adjoint");
  void *all[] = {x, y, dx, m, index, nan_free, place};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    release(all[i]);
  }
}

static void check_adaptive(int64_t d, int64_t h, int64_t w, int64_t od, int64_t oh, int64_t ow) {
  int64_t table[9 + 3 * 64] = {d, h, w, od, oh, ow, 1, 1, 1};
  const int64_t e = od + oh + ow;
  int64_t *first = table + 9;
  int64_t at = adaptive(d, od, first, first + e, first + 2 * e);
  at += adaptive(h, oh, first + at, first + e + at, first + 2 * e + at);
  adaptive(w, ow, first + at, first + e + at, first + 2 * e + at);
  check_windows(table);
}

int main(void) {
  check_adaptive(1, 7, 9, 1, 3, 2);
  check_adaptive(5, 4, 3, 2, 4, 1);
  check_adaptive(1, 3, 2, 1, 5, 7);
  check_adaptive(1, 40, 50, 1, 11, 13);
  /* 1-D: kernel 3, stride 2, dilation 2, padding 1 over 7 elements */
  const int64_t dilated[] = {1, 1, 7, 1, 1, 3, 1, 1, 2, 0, 0, 1, 1, 3, 1, 1, 2, 3, 2, 1, 1, 3, 3, 3};
  check_windows(dilated);
  float x[4] = {1, 2, 3, 4}, y[4] = {0};
  int32_t index[4] = {0};
  int64_t wrong[24];
  memcpy(wrong, dilated, sizeof wrong);
  wrong[14] = 9; /* a window that ends outside */
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_window_mean(BALBOA_F32, 1, wrong, x, y));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_window_mean(BALBOA_I32, 1, dilated, x, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_window_max(BALBOA_F32, 1, dilated, x, y, NULL));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_window_max(BALBOA_F32, 1, NULL, x, y, index));
  return check_done("window_pool");
}
