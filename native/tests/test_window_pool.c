/* Pooling over tables of windows against plain loops. */
#include "check.h"

enum { PLANES = 5 };

/* The place of the first largest x of a window of a plane, NaN the largest. */
static int64_t largest(const int64_t *w, const double *x, int64_t a, int64_t b, int64_t c) {
  const int64_t *in = w, *out = w + 3, *step = w + 6, e = out[0] + out[1] + out[2];
  const int64_t *first = w + 9, *count = first + e;
  int64_t best = -1;
  for (int64_t i = 0; i < count[a]; i++) {
    for (int64_t j = 0; j < count[b]; j++) {
      for (int64_t k = 0; k < count[c]; k++) {
        const int64_t at = ((first[a] + i * step[0]) * in[1] + first[b] + j * step[1]) * in[2] + first[c] + k * step[2];
        if (best < 0 || (!isnan(x[best]) && (isnan(x[at]) || x[at] > x[best]))) {
          best = at;
        }
      }
    }
  }
  return best;
}

/* Each dy at its place in planes of zeros. */
static void check_max_backward(const int64_t *w, int64_t outer, int64_t inner, const int32_t *index) {
  const int64_t in = w[0] * w[1] * w[2], out = w[3] * w[4] * w[5], planes = outer * inner;
  double *dy = NEW(double, planes * out), *dx = NEW(double, planes * in), *want = NEW(double, planes * in);
  float *narrow = NEW(float, planes * out), *narrow_dx = NEW(float, planes * in);
  for (int64_t t = 0; t < planes * in; t++) {
    want[t] = 0;
  }
  for (int64_t t = 0; t < planes * out; t++) {
    dy[t] = (double)(next_u32() % 15) - 7.0;
    narrow[t] = (float)dy[t];
    want[(t / inner / out * in + index[t]) * inner + t % inner] += dy[t];
  }
  EXPECT_OK(balboa_window_max_backward(BALBOA_F64, outer, inner, w, index, dy, dx));
  EXPECT_OK(balboa_window_max_backward(BALBOA_F32, outer, inner, w, index, narrow, narrow_dx));
  for (int64_t t = 0; t < planes * in; t++) {
    EXPECT(dx[t] == want[t] && (double)narrow_dx[t] == want[t], "max_backward %d of %d planes interleaved", (int)t,
           (int)inner);
  }
  void *all[] = {dy, dx, want, narrow, narrow_dx};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    release(all[i]);
  }
}

/* BF16 holds the same numbers: bits without the lower half. */
static void check_half(const int64_t *w, int64_t outer, int64_t inner, const float *x, const float *want,
                       const int32_t *places) {
  const int64_t ins = outer * inner * w[0] * w[1] * w[2], outs = outer * inner * w[3] * w[4] * w[5];
  uint16_t *half = NEW(uint16_t, ins), *y = NEW(uint16_t, outs), *alone = NEW(uint16_t, outs);
  int32_t *index = NEW(int32_t, outs);
  for (int64_t i = 0; i < ins; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    half[i] = (uint16_t)(bits >> 16);
  }
  EXPECT_OK(balboa_window_max(BALBOA_BF16, outer, inner, w, half, y, index));
  EXPECT_OK(balboa_window_max(BALBOA_BF16, outer, inner, w, half, alone, NULL));
  for (int64_t i = 0; i < outs; i++) {
    const uint32_t bits = (uint32_t)y[i] << 16;
    float got;
    memcpy(&got, &bits, sizeof got);
    EXPECT(memcmp(&got, want + i, sizeof got) == 0 || (isnan(got) && isnan(want[i])), "bf16 maximum %d", (int)i);
    EXPECT(index[i] == places[i] && alone[i] == y[i], "bf16 place %d", (int)i);
  }
  void *all[] = {half, y, alone, index};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    release(all[i]);
  }
}

/* Planes one after the other and interleaved, in both types. */
static void check_max(const int64_t *w, int64_t outer, int64_t inner) {
  const int64_t in = w[0] * w[1] * w[2], out = w[3] * w[4] * w[5], planes = outer * inner;
  double *plain = NEW(double, planes * in), *x = NEW(double, planes * in), *y = NEW(double, planes * out);
  float *narrow = NEW(float, planes * in), *narrow_y = NEW(float, planes * out);
  int32_t *index = NEW(int32_t, planes * out), *narrow_index = NEW(int32_t, planes * out);
  for (int64_t i = 0; i < planes * in; i++) {
    static const double special[] = {NAN, -INFINITY, INFINITY, 0.0, -0.0};
    plain[i] = next_u32() % 3 == 0 ? special[next_u32() % 5] : (double)(next_u32() % 7) - 3.0;
  }
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t i = 0; i < inner; i++) {
      for (int64_t k = 0; k < in; k++) {
        x[(o * in + k) * inner + i] = plain[(o * inner + i) * in + k];
        narrow[(o * in + k) * inner + i] = (float)plain[(o * inner + i) * in + k];
      }
    }
  }
  EXPECT_OK(balboa_window_max(BALBOA_F64, outer, inner, w, x, y, index));
  EXPECT_OK(balboa_window_max(BALBOA_F32, outer, inner, w, narrow, narrow_y, narrow_index));
  for (int64_t t = 0; t < planes * out; t++) {
    const int64_t i = t % inner, k = t / inner % out, o = t / inner / out;
    const int64_t a = k / (w[4] * w[5]), b = w[3] + k / w[5] % w[4], c = w[3] + w[4] + k % w[5];
    const double *plane = plain + (o * inner + i) * in;
    const int64_t best = largest(w, plane, a, b, c);
    const double want = plane[best], got = y[t], got_narrow = (double)narrow_y[t];
    EXPECT(index[t] == best && narrow_index[t] == best, "place %d of %d planes interleaved", (int)t, (int)inner);
    EXPECT(memcmp(&got, &want, sizeof want) == 0 || (isnan(want) && isnan(got)), "maximum %d", (int)t);
    EXPECT(memcmp(&got_narrow, &want, sizeof want) == 0 || (isnan(want) && isnan(got_narrow)), "f32 maximum %d", (int)t);
  }
  if (inner > 1) {
    float *alone = NEW(float, planes * out);
    EXPECT_OK(balboa_window_max(BALBOA_F32, outer, inner, w, narrow, alone, NULL));
    EXPECT(memcmp(alone, narrow_y, (size_t)(planes * out) * sizeof(float)) == 0, "without places");
    release(alone);
    if (inner % 16 == 0) {
      check_half(w, outer, inner, narrow, narrow_y, index);
    }
    check_max_backward(w, outer, inner, index);
  }
  void *all[] = {plain, x, y, narrow, narrow_y, index, narrow_index};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    release(all[i]);
  }
}

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
  check_max(w, PLANES, 1);
  check_max(w, 1, 8);
  check_max(w, 3, 16);
  check_max(w, 2, 24);
  const int64_t *in = w, *out = w + 3, *step = w + 6, e = out[0] + out[1] + out[2];
  const int64_t *first = w + 9, *count = first + e, *divide = count + e;
  const int64_t in_size = in[0] * in[1] * in[2], out_size = out[0] * out[1] * out[2];
  double *x = NEW(double, PLANES * in_size), *dx = NEW(double, PLANES * in_size);
  double *m = NEW(double, PLANES * out_size);
  for (int64_t i = 0; i < PLANES * in_size; i++) {
    x[i] = (double)(next_u32() % 7);
  }
  EXPECT_OK(balboa_window_mean(BALBOA_F64, PLANES, w, x, m));
  EXPECT_OK(balboa_window_mean_backward(BALBOA_F64, PLANES, w, m, dx));
  double left = 0, right = 0;
  for (int64_t p = 0; p < PLANES; p++) {
    for (int64_t o = 0; o < out_size; o++) {
      const int64_t a = o / (out[1] * out[2]), b = out[0] + o / out[2] % out[1], c = out[0] + out[1] + o % out[2];
      double sum = 0;
      for (int64_t i = 0; i < count[a]; i++) {
        for (int64_t j = 0; j < count[b]; j++) {
          for (int64_t k = 0; k < count[c]; k++) {
            const int64_t at = ((first[a] + i * step[0]) * in[1] + first[b] + j * step[1]) * in[2] + first[c] + k * step[2];
            sum += x[p * in_size + at];
          }
        }
      }
      const int64_t here = p * out_size + o;
      EXPECT(near_rel(m[here], sum / (double)(divide[a] * divide[b] * divide[c]), 1e-14, 0), "mean %d", (int)o);
      left += m[here] * m[here];
    }
  }
  for (int64_t i = 0; i < PLANES * in_size; i++) {
    right += x[i] * dx[i];
  }
  EXPECT(near_rel(left, right, 1e-12, 1), "mean_backward is the adjoint");
  void *all[] = {x, dx, m};
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
  check_adaptive(2, 8, 12, 1, 4, 6); /* windows of 2 that tile the plane */
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
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_window_mean(BALBOA_BF16, 1, dilated, x, y));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_window_mean_backward(BALBOA_BF16, 1, dilated, x, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_window_max(BALBOA_F32, 1, 1, dilated, x, y, NULL));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_window_max(BALBOA_F32, 1, 1, NULL, x, y, index));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_window_max(BALBOA_F32, 1, 4, dilated, x, y, index));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_window_max_backward(BALBOA_F32, 1, 1, dilated, index, x, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_window_max_backward(BALBOA_F32, 1, 8, dilated, NULL, x, y));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_window_max(BALBOA_BF16, 1, 8, dilated, x, y, index));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_window_max(BALBOA_BF16, 1, 1, dilated, x, y, index));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_window_max_backward(BALBOA_BF16, 1, 16, dilated, index, x, y));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_window_max_backward(BALBOA_I32, 1, 8, dilated, index, x, y));
  return check_done("window_pool");
}
