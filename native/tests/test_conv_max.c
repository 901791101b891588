/* Convolution with a max pooling over its results against loops over both. */
#include "check.h"

enum { N, C, H, W, F, KH, KW, SH, SW, DH, DW, PH, PW, OH, OW, QH, QW, TH, TW, UH, UW, YH, YW, RELU, NUMBERS };

static int64_t results(int64_t in, int64_t k, int64_t stride, int64_t dilation, int64_t before, int64_t after) {
  return (in + before + after - (dilation * (k - 1) + 1)) / stride + 1;
}

static float result(const int64_t *s, const float *x, const float *w, const float *bias, int64_t n, int64_t f, int64_t oy,
                    int64_t ox) {
  double sum = bias == NULL ? 0 : (double)bias[f];
  for (int64_t ky = 0; ky < s[KH]; ky++) {
    for (int64_t kx = 0; kx < s[KW]; kx++) {
      const int64_t iy = oy * s[SH] - s[PH] + ky * s[DH], ix = ox * s[SW] - s[PW] + kx * s[DW];
      for (int64_t c = 0; c < s[C] && iy >= 0 && ix >= 0 && iy < s[H] && ix < s[W]; c++) {
        sum += (double)x[((n * s[H] + iy) * s[W] + ix) * s[C] + c] *
               (double)w[(((f / 32 * s[KH] + ky) * s[KW] + kx) * s[C] + c) * 32 + f % 32];
      }
    }
  }
  return (float)sum;
}

/* Small whole numbers, so that every order of summation gives the same. */
static void check(const int64_t *conv, const int64_t *pool, int64_t relu, int with_bias) {
  int64_t s[NUMBERS];
  memcpy(s, conv, 13 * sizeof *s);
  s[OH] = results(s[H], s[KH], s[SH], s[DH], s[PH], conv[13]);
  s[OW] = results(s[W], s[KW], s[SW], s[DW], s[PW], conv[14]);
  memcpy(s + QH, pool, 6 * sizeof *s);
  s[YH] = results(s[OH], s[QH], s[TH], 1, s[UH], s[UH]);
  s[YW] = results(s[OW], s[QW], s[TW], 1, s[UW], s[UW]);
  s[RELU] = relu;
  const int64_t nx = s[N] * s[H] * s[W] * s[C], nw = (s[F] + 31) / 32 * 32 * s[KH] * s[KW] * s[C],
                ny = s[N] * s[YH] * s[YW] * s[F], bytes = balboa_conv_max_scratch(s);
  EXPECT(bytes > 0, "no scratch: %d", (int)bytes);
  float *x = malloc((size_t)(nx + 1) * sizeof *x), *w = malloc((size_t)(nw + 1) * sizeof *w);
  float *y = malloc((size_t)(ny + 1) * sizeof *y), *bias = malloc((size_t)s[F] * sizeof *bias);
  void *scratch = aligned_alloc(64, (size_t)((bytes + 63) / 64 * 64));
  for (int64_t i = 0; i < nx; i++) x[i] = (float)((i * 7 % 13) - 6);
  for (int64_t i = 0; i < nw; i++) w[i] = i % 32 + i / 32 / (s[KH] * s[KW] * s[C]) * 32 < s[F] ? (float)((i * 5 % 11) - 5) : 0;
  for (int64_t i = 0; i < s[F]; i++) bias[i] = (float)(i % 7 - 3);
  if (nx > 40) x[40] = NAN;
  for (int64_t i = 0; i <= ny; i++) y[i] = 12345;
  EXPECT_OK(balboa_conv_max_f32(s, x, w, with_bias ? bias : NULL, y, scratch, bytes));
  for (int64_t i = 0; i < ny; i++) {
    const int64_t plane = s[YH] * s[YW], n = i / s[F] / plane, f = i % s[F];
    const int64_t at = i / s[F] % plane, qx = at % s[YW], qy = at / s[YW];
    float best = -INFINITY;
    for (int64_t a = 0; a < s[QH]; a++) {
      for (int64_t b = 0; b < s[QW]; b++) {
        const int64_t oy = qy * s[TH] - s[UH] + a, ox = qx * s[TW] - s[UW] + b;
        if (oy >= 0 && ox >= 0 && oy < s[OH] && ox < s[OW]) {
          const float r = result(s, x, w, with_bias ? bias : NULL, n, f, oy, ox);
          best = r > best || isnan(r) ? r : best;
        }
      }
    }
    const float want = relu && best < 0 ? 0 : best;
    EXPECT(y[i] == want || (isnan(y[i]) && isnan(want)), "at %d: %g, not %g", (int)i, (double)y[i], (double)want);
  }
  EXPECT(y[ny] == 12345, "wrote behind the end");
  free(x), free(w), free(y), free(bias), free(scratch);
}

int main(void) {
  const int64_t pools[][6] = {{2, 2, 2, 2, 0, 0}, {3, 3, 2, 2, 1, 1}, {1, 1, 1, 1, 0, 0}, {2, 3, 3, 1, 0, 1}, {3, 2, 1, 2, 1, 0}};
  const int64_t convs[][15] = {
      /* batch, channels, height, width, filters, kernel, stride, dilation, padding before, after */
      {1, 1, 28, 28, 32, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0},  {2, 32, 13, 13, 64, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0},
      {1, 3, 33, 30, 64, 7, 7, 2, 2, 1, 1, 3, 3, 3, 3},  {3, 5, 11, 17, 20, 2, 4, 1, 2, 2, 1, 1, 2, 0, 3},
      {2, 7, 9, 31, 33, 3, 2, 2, 1, 1, 3, 2, 3, 2, 3},   {1, 4, 6, 600, 3, 1, 5, 1, 1, 1, 1, 0, 2, 0, 2},
      {2, 2, 9, 21, 33, 3, 3, 2, 1, 1, 1, 2, 2, 2, 2},   {1, 1, 1, 5, 3, 3, 2, 1, 1, 1, 1, 4, 1, 4, 1},
      {1, 300, 8, 40, 31, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {5, 2, 5, 5, 65, 5, 5, 3, 3, 1, 1, 4, 4, 4, 4},
      {1, 1, 260, 7, 5, 63, 1, 63, 1, 1, 1, 1, 1, 1, 1},
  };
  for (size_t i = 0; i < sizeof convs / sizeof *convs; i++) {
    for (size_t k = 0; k < sizeof pools / sizeof *pools; k++) {
      check(convs[i], pools[k], (int64_t)(k % 2), i % 3 != 0);
    }
  }
  int64_t s[NUMBERS] = {1, 1, 4, 4, 1, 3, 3, 1, 1, 1, 1, 0, 0, 2, 2, 2, 2, 2, 2, 0, 0, 1, 1, 0};
  float x[16] = {0}, w[9 * 32] = {0}, y = 0;
  EXPECT(balboa_conv_max_scratch(s) > 0, "a sound shape");
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_conv_max_f32(s, x, w, NULL, &y, x, 0));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_conv_max_f32(s, x, w, NULL, &y, NULL, 1 << 20));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_conv_max_f32(NULL, x, w, NULL, &y, x, 1 << 20));
  s[YH] = 3; /* a window behind the results */
  EXPECT(balboa_conv_max_scratch(s) == BALBOA_ERR_ARGUMENT, "a window that sees nothing");
  s[YH] = 1;
  s[C] = 1 << 20; /* a row does not fit */
  EXPECT(balboa_conv_max_scratch(s) == BALBOA_ERR_ARGUMENT, "too many channels");
  return check_done("conv_max");
}
