/* Convolution by Winograd's algorithm against loops over the definition. */
#include "check.h"

enum { N, C, H, W, F, PH, PW, OH, OW, RELU, BLOCKED, POOLED, NUMBERS };

static int64_t place(const int64_t *s, int64_t channels, int64_t h, int64_t w, int64_t n, int64_t c, int64_t i, int64_t j) {
  return s[BLOCKED] ? (((n * (channels / 16) + c / 16) * h + i) * w + j) * 16 + c % 16 : ((n * h + i) * w + j) * channels + c;
}

static double result(const int64_t *s, const float *x, const float *w, int64_t n, int64_t f, int64_t oy, int64_t ox) {
  double sum = 0;
  for (int64_t k = 0; k < 9; k++) {
    const int64_t iy = oy - s[PH] + k / 3, ix = ox - s[PW] + k % 3;
    for (int64_t c = 0; c < s[C] && iy >= 0 && ix >= 0 && iy < s[H] && ix < s[W]; c++) {
      sum += (double)x[place(s, s[C], s[H], s[W], n, c, iy, ix)] * (double)w[(f * s[C] + c) * 9 + k];
    }
  }
  return sum;
}

static float *random_floats(int64_t n, uint32_t *state) {
  float *v = malloc((size_t)n * sizeof *v);
  for (int64_t i = 0; i < n; i++) {
    *state = *state * 1664525u + 1013904223u;
    v[i] = (float)(*state >> 8) / 8388608.0f - 1;
  }
  return v;
}

static void check_weights(const int64_t *s, const float *w, const float *u) {
  const double g[6][3] = {{0.25, 0, 0}, {-1 / 6.0, -1 / 6.0, -1 / 6.0}, {-1 / 6.0, 1 / 6.0, -1 / 6.0}, {1 / 24.0, 1 / 12.0, 1 / 6.0},
                          {1 / 24.0, -1 / 12.0, 1 / 6.0}, {0, 0, 1}};
  const int64_t panels = (s[F] + 31) / 32;
  for (int64_t i = 0; i < 36 * panels * s[C] * 32; i++) {
    const int64_t f = i / 32 / s[C] % panels * 32 + i % 32, c = i / 32 % s[C], e = i / 32 / s[C] / panels;
    double want = 0, size = 0;
    for (int64_t k = 0; f < s[F] && k < 9; k++) {
      const double v = g[e / 6][k / 3] * g[e % 6][k % 3] * (double)w[(f * s[C] + c) * 9 + k];
      want += v;
      size += fabs(v);
    }
    EXPECT(fabs((double)u[i] - want) <= fabs(want) * 0x1p-24 + size * 0x1p-50, "weight %d: %g, not %g", (int)i,
           (double)u[i], want);
  }
}

/* The largest of windows of 2 x 2 of results y. */
static void check_pooled(const int64_t *sizes, const float *x, const float *u, const float *bias, const float *y,
                         void *scratch, int64_t bytes) {
  int64_t s[NUMBERS];
  memcpy(s, sizes, sizeof s);
  const int64_t ph = s[OH] / 2, pw = s[OW] / 2, n = s[N] * s[F] * ph * pw;
  float *largest = malloc((size_t)(n + 1) * sizeof *largest), *plain = malloc((size_t)(s[N] * s[F] * s[OH] * s[OW]) * sizeof *plain);
  s[POOLED] = 0;
  EXPECT_OK(balboa_winograd_f32(s, x, u, bias, NULL, plain, scratch, bytes));
  s[POOLED] = 1;
  for (int64_t i = 0; i <= n; i++) largest[i] = 12345;
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_winograd_f32(s, x, u, bias, y, largest, scratch, bytes));
  EXPECT(balboa_winograd_scratch(s) <= bytes, "scratch of the pooled ones");
  EXPECT_OK(balboa_winograd_f32(s, x, u, bias, NULL, largest, scratch, bytes));
  for (int64_t i = 0; i < n; i++) {
    const int64_t q = i % pw, p = i / pw % ph, f = i / pw / ph % s[F], image = i / pw / ph / s[F];
    float want = -INFINITY;
    for (int64_t k = 0; k < 4; k++) {
      want = fmaxf(want, plain[place(s, s[F], s[OH], s[OW], image, f, 2 * p + k / 2, 2 * q + k % 2)]);
    }
    const float got = largest[place(s, s[F], ph, pw, image, f, p, q)];
    EXPECT(got == want, "filter %d at %d, %d: %g, not %g", (int)f, (int)p, (int)q, (double)got, (double)want);
  }
  EXPECT(largest[n] == 12345, "wrote behind the end");
  free(largest), free(plain);
}

/* padding: before and behind, in both directions. The last result of a tile is a sum of products with coefficients up to 64,
 * and so is most exposed to rounding: the largest error was 1e-5 of the root of the terms' number, in another implementation
 * of the same formulas too. */
static void check(const int64_t *sizes, const int64_t *padding, int64_t relu, int64_t blocked, int with_bias,
                  int with_residual) {
  int64_t s[NUMBERS] = {sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], padding[0], padding[1],
                        sizes[2] + padding[0] + padding[2] - 2, sizes[3] + padding[1] + padding[3] - 2, relu, blocked, 0};
  if (s[OH] < 1 || s[OW] < 1) return;
  uint32_t state = (uint32_t)(s[C] * 31 + s[H] * 7 + s[W]);
  const int64_t nx = s[N] * s[C] * s[H] * s[W], ny = s[N] * s[F] * s[OH] * s[OW], nu = balboa_winograd_weights(s);
  const int64_t bytes = balboa_winograd_scratch(s);
  EXPECT(nu == 36 * ((s[F] + 31) / 32) * s[C] * 32, "weights: %d", (int)nu);
  EXPECT(bytes >= 0, "scratch: %d", (int)bytes);
  float *x = random_floats(nx, &state), *w = random_floats(s[F] * s[C] * 9, &state), *bias = random_floats(s[F], &state);
  float *residual = random_floats(ny, &state), *y = malloc((size_t)(ny + 1) * sizeof *y);
  float *u = aligned_alloc(64, (size_t)nu * sizeof *u);
  void *scratch = aligned_alloc(64, (size_t)(bytes + 64) / 64 * 64);
  memset(scratch, 0xff, (size_t)(bytes + 64) / 64 * 64);
  EXPECT_OK(balboa_winograd_transform_f32(s, w, u));
  check_weights(s, w, u);
  for (int64_t i = 0; i <= ny; i++) y[i] = 12345;
  EXPECT_OK(balboa_winograd_f32(s, x, u, with_bias ? bias : NULL, with_residual ? residual : NULL, y, scratch, bytes));
  for (int64_t i = 0; i < ny; i++) {
    const int64_t ox = i % s[OW], oy = i / s[OW] % s[OH], f = i / s[OW] / s[OH] % s[F], n = i / s[OW] / s[OH] / s[F];
    const int64_t at = place(s, s[F], s[OH], s[OW], n, f, oy, ox);
    double want = result(s, x, w, n, f, oy, ox);
    want += (with_bias ? (double)bias[f] : 0) + (with_residual ? (double)residual[at] : 0);
    want = relu && want < 0 ? 0 : want;
    EXPECT(fabs((double)y[at] - want) <= 3e-5 * sqrt((double)(9 * s[C])), "filter %d at %d, %d: %g, not %g", (int)f, (int)oy,
           (int)ox, (double)y[at], want);
  }
  EXPECT(y[ny] == 12345, "wrote behind the end");
  if (s[OH] > 1 && s[OW] > 1) check_pooled(s, x, u, with_bias ? bias : NULL, y, scratch, bytes);
  free(x), free(w), free(bias), free(residual), free(y), free(u), free(scratch);
}

static void refuses(int number, int64_t value) {
  int64_t s[NUMBERS] = {1, 16, 4, 4, 16, 1, 1, 4, 4, 0, 0, 0};
  s[number] = value;
  float x[256] = {0}, y[256];
  EXPECT(balboa_winograd_weights(s) == BALBOA_ERR_ARGUMENT, "number %d of %d", number, (int)value);
  EXPECT(balboa_winograd_scratch(s) == BALBOA_ERR_ARGUMENT, "number %d of %d", number, (int)value);
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_winograd_transform_f32(s, x, y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_winograd_f32(s, x, x, NULL, NULL, y, x, sizeof x));
}

static void check_errors(void) {
  const int64_t s[NUMBERS] = {1, 16, 4, 4, 16, 1, 1, 4, 4, 0, 0, 0};
  float *room = aligned_alloc(64, 64);
  float x[256] = {0}, y[256] = {0};
  EXPECT(balboa_winograd_weights(NULL) == BALBOA_ERR_NULL, "no numbers");
  EXPECT(balboa_winograd_scratch(NULL) == BALBOA_ERR_NULL, "no numbers");
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_winograd_transform_f32(NULL, x, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_winograd_transform_f32(s, NULL, y));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_winograd_transform_f32(s, x, NULL));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_winograd_f32(NULL, x, x, NULL, NULL, y, room, 64));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_winograd_f32(s, NULL, x, NULL, NULL, y, room, 1 << 20));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_winograd_f32(s, x, NULL, NULL, NULL, y, room, 1 << 20));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_winograd_f32(s, x, x, NULL, NULL, NULL, room, 1 << 20));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_winograd_f32(s, x, x, NULL, NULL, y, NULL, 1 << 20));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_winograd_f32(s, x, x, NULL, NULL, y, room, 0));
  free(room);
  refuses(N, -1), refuses(PH, -1), refuses(PW, -1);
  refuses(C, 0), refuses(C, 15), refuses(F, 0), refuses(F, 17);
  refuses(H, 0), refuses(W, 0), refuses(OH, 0), refuses(OW, -2), refuses(RELU, 2), refuses(BLOCKED, 2), refuses(POOLED, 2);
}

int main(void) {
  const int64_t sizes[][5] = {/* batch, channels, height, width, filters */
                              {1, 16, 4, 4, 16},  {2, 16, 7, 9, 32},  {1, 32, 1, 13, 48}, {3, 48, 5, 2, 16},
                              {1, 64, 14, 14, 64}, {5, 16, 3, 3, 80}, {1, 16, 33, 1, 32},  {1, 128, 8, 6, 16},
                              {7, 32, 14, 14, 32}, {2, 16, 6, 70, 16}, {1, 16, 9, 36, 32}};
  const int64_t paddings[][4] = {{0, 0, 0, 0}, {1, 1, 1, 1}, {2, 2, 2, 2}, {0, 1, 2, 0}, {1, 0, 0, 2}, {5, 1, 1, 7}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    for (size_t k = 0; k < sizeof paddings / sizeof *paddings; k++) {
      for (int options = 0; options < 4; options++) {
        const size_t mix = i + k + (size_t)options;
        check(sizes[i], paddings[k], (int64_t)(mix % 2), options % 2, options / 2, mix % 3 == 0);
      }
    }
  }
  check_errors();
  return check_done("winograd");
}
