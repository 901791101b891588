/* Convolution of few places with many weights against loops over the definition. */
#include "check.h"

enum { N, C, H, W, F, KH, KW, SH, SW, DH, DW, PH, PW, OH, OW, NUMBERS };

/* A function of results, and what it is. */
typedef struct {
  int32_t kind;
  double alpha, beta;
} function;

static const function NONE = {BALBOA_LINEAR, 1, 0}, RELU = {BALBOA_RELU, 0, 0};

static double applied(function f, double v) {
  switch (f.kind) {
    case BALBOA_RELU: return v < 0 ? 0 : v;
    case BALBOA_LEAKY_RELU: return v > 0 ? v : f.alpha * v;
    case BALBOA_CLIP: return fmin(fmax(v, f.alpha), f.beta);
    case BALBOA_GELU_ERF: return v / 2 * erfc(-v * sqrt(0.5));
    case BALBOA_SILU: return v / (1 + exp(-v));
    case BALBOA_HARD_SWISH: return v * fmin(fmax(f.alpha * v + f.beta, 0), 1);
    default: return f.alpha * v + f.beta;
  }
}

static int64_t out(int64_t size, int64_t kernel, int64_t stride, int64_t dilation, int64_t padding) {
  return (size + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1;
}

static float *random_floats(int64_t n, uint32_t *state) {
  float *v = aligned_alloc(64, (size_t)(n * 4 + 127) / 64 * 64);
  for (int64_t i = 0; i < n; i++) {
    *state = *state * 1664525u + 1013904223u;
    v[i] = (float)(*state >> 8) / 8388608.0f - 1;
  }
  return v;
}

/* w [F, KH, KW, C] in panels of 32 filters. */
static float *packed(const int64_t *s, const float *w) {
  const int64_t depth = s[KH] * s[KW] * s[C], panels = (s[F] + 31) / 32;
  float *p = aligned_alloc(64, (size_t)(panels * depth * 32) * sizeof *p);
  for (int64_t i = 0; i < panels * depth * 32; i++) {
    const int64_t f = i / 32 / depth * 32 + i % 32;
    p[i] = f < s[F] ? w[f * depth + i / 32 % depth] : 0;
  }
  return p;
}

static double result(const int64_t *s, const float *x, const float *w, int64_t n, int64_t f, int64_t oy, int64_t ox) {
  double sum = 0;
  for (int64_t k = 0; k < s[KH] * s[KW]; k++) {
    const int64_t iy = oy * s[SH] - s[PH] + k / s[KW] * s[DH], ix = ox * s[SW] - s[PW] + k % s[KW] * s[DW];
    for (int64_t c = 0; c < s[C] && iy >= 0 && ix >= 0 && iy < s[H] && ix < s[W]; c++) {
      sum += (double)x[((n * s[H] + iy) * s[W] + ix) * s[C] + c] * (double)w[(f * s[KH] * s[KW] + k) * s[C] + c];
    }
  }
  return sum;
}

static void compare(const int64_t *s, const float *x, const float *w, const float *bias, const float *residual,
                    function f, const float *y) {
  const double bound = 2e-7 * (double)(s[KH] * s[KW] * s[C] + 4);
  for (int64_t i = 0; i < s[N] * s[F] * s[OH] * s[OW]; i++) {
    const int64_t k = i % s[F], ox = i / s[F] % s[OW], oy = i / s[F] / s[OW] % s[OH], n = i / s[F] / s[OW] / s[OH];
    double want = result(s, x, w, n, k, oy, ox) + (bias != NULL ? (double)bias[k] : 0);
    want = applied(f, want + (residual != NULL ? (double)residual[i] : 0));
    EXPECT(fabs((double)y[i] - want) <= bound, "kind %d, filter %d at %d, %d: %g, not %g", (int)f.kind, (int)k, (int)oy,
           (int)ox, (double)y[i], want);
  }
}

static int32_t run(const int64_t *s, function f, const float *x, const float *w, const float *bias,
                   const float *residual, float *y, void *scratch, int64_t bytes) {
  return balboa_panel_conv_f32(s, f.kind, (float)f.alpha, (float)f.beta, x, w, bias, residual, y, scratch, bytes);
}

static void check(const int64_t *s, function f, int with_bias, int with_residual) {
  uint32_t state = (uint32_t)(s[C] * 31 + s[H] * 7 + s[F]);
  const int64_t nx = s[N] * s[C] * s[H] * s[W], ny = s[N] * s[F] * s[OH] * s[OW], nw = s[F] * s[C] * s[KH] * s[KW];
  const int64_t bytes = balboa_panel_conv_scratch(s);
  EXPECT(bytes >= 0, "scratch: %d", (int)bytes);
  float *x = random_floats(nx, &state), *w = random_floats(nw, &state), *bias = random_floats(s[F], &state);
  float *residual = random_floats(ny, &state), *y = malloc((size_t)(ny + 1) * sizeof *y), *p = packed(s, w);
  void *scratch = aligned_alloc(64, (size_t)(bytes + 64) / 64 * 64);
  memset(scratch, 0xff, (size_t)(bytes + 64) / 64 * 64);
  for (int64_t i = 0; i <= ny; i++) y[i] = 12345;
  EXPECT_OK(run(s, f, x, p, with_bias ? bias : NULL, with_residual ? residual : NULL, y, scratch, bytes));
  compare(s, x, w, with_bias ? bias : NULL, with_residual ? residual : NULL, f, y);
  EXPECT(y[ny] == 12345, "wrote behind the end");
  /* What a single thread makes of it, and in the residual's place. */
  float *alone = malloc((size_t)(ny + 1) * sizeof *alone);
  memcpy(alone, residual, (size_t)ny * sizeof *alone);
  const int32_t threads = balboa_max_threads();
  EXPECT_OK(balboa_set_threads(1));
  EXPECT_OK(
      run(s, f, x, p, with_bias ? bias : NULL, with_residual ? alone : NULL, alone, scratch, bytes));
  EXPECT(memcmp(alone, y, (size_t)ny * sizeof *y) == 0, "a single thread has other bits");
  /* And more of them than processors, who take from each other. */
  EXPECT_OK(balboa_set_threads(5));
  const int64_t more = balboa_panel_conv_scratch(s);
  void *rooms = aligned_alloc(64, (size_t)(more + 64) / 64 * 64);
  memcpy(alone, residual, (size_t)ny * sizeof *alone);
  EXPECT_OK(run(s, f, x, p, with_bias ? bias : NULL, with_residual ? alone : NULL, alone, rooms, more));
  free(rooms);
  EXPECT_OK(balboa_set_threads(threads));
  EXPECT(memcmp(alone, y, (size_t)ny * sizeof *y) == 0, "bits depend on the number of threads");
  free(x), free(w), free(bias), free(residual), free(y), free(p), free(scratch), free(alone);
}

static void check_picture(const int64_t *sizes, const int64_t *window, function f, int bias, int residual) {
  const int64_t s[NUMBERS] = {sizes[0],  sizes[1],  sizes[2],  sizes[3],  sizes[4],  window[0], window[1], window[2],
                              window[3], window[4], window[5], window[6], window[7],
                              out(sizes[2], window[0], window[2], window[4], window[6]),
                              out(sizes[3], window[1], window[3], window[5], window[7])};
  if (s[OH] >= 1 && s[OW] >= 1) check(s, f, bias, residual);
}

static void check_rows(int64_t rows, int64_t depth, int64_t filters, function f, int bias, int residual) {
  const int64_t s[NUMBERS] = {1, depth, rows, 1, filters, 1, 1, 1, 1, 1, 1, 0, 0, rows, 1};
  check(s, f, bias, residual);
}

/* NaN stays NaN under the cut at 0, and what is infinite stays so. */
static void check_not_finite(void) {
  const int64_t s[NUMBERS] = {1, 1, 3, 1, 33, 1, 1, 1, 1, 1, 1, 0, 0, 3, 1};
  const float x[3] = {NAN, INFINITY, -INFINITY};
  float w[33], y[99];
  for (int i = 0; i < 33; i++) w[i] = 1;
  float *p = packed(s, w);
  const int64_t bytes = balboa_panel_conv_scratch(s);
  void *scratch = aligned_alloc(64, (size_t)(bytes + 64) / 64 * 64);
  EXPECT_OK(run(s, RELU, x, p, NULL, NULL, y, scratch, bytes));
  for (int i = 0; i < 33; i++) {
    EXPECT(isnan(y[i]) && isinf(y[33 + i]) && y[66 + i] == 0, "%g, %g, %g", (double)y[i], (double)y[33 + i],
           (double)y[66 + i]);
  }
  free(p), free(scratch);
}

static void refuses(int number, int64_t value) {
  int64_t s[NUMBERS] = {1, 4, 4, 4, 4, 1, 1, 1, 1, 1, 1, 0, 0, 4, 4};
  s[number] = value;
  float x[256] = {0}, y[256];
  EXPECT(balboa_panel_conv_scratch(s) == BALBOA_ERR_ARGUMENT, "number %d of %d", number, (int)value);
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, run(s, NONE, x, x, NULL, NULL, y, x, sizeof x));
}

static void check_errors(void) {
  int64_t s[NUMBERS] = {1, 4, 4, 4, 4, 1, 1, 1, 1, 1, 1, 0, 0, 4, 4};
  float x[256] = {0}, y[256] = {0};
  float *room = aligned_alloc(64, 1 << 20);
  EXPECT(balboa_panel_conv_scratch(NULL) == BALBOA_ERR_NULL, "no numbers");
  EXPECT_STATUS(BALBOA_ERR_NULL, run(NULL, NONE, x, x, NULL, NULL, y, room, 1 << 20));
  EXPECT_STATUS(BALBOA_ERR_NULL, run(s, NONE, NULL, x, NULL, NULL, y, room, 1 << 20));
  EXPECT_STATUS(BALBOA_ERR_NULL, run(s, NONE, x, NULL, NULL, NULL, y, room, 1 << 20));
  EXPECT_STATUS(BALBOA_ERR_NULL, run(s, NONE, x, x, NULL, NULL, NULL, room, 1 << 20));
  EXPECT_STATUS(BALBOA_ERR_NULL, run(s, NONE, x, x, NULL, NULL, y, NULL, 1 << 20));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, run(s, NONE, x, x, NULL, NULL, y, room, 0));
  const function unknown = {-1, 0, 0};
  EXPECT_STATUS(BALBOA_ERR_KIND, run(s, unknown, x, x, NULL, NULL, y, room, 1 << 20));
  s[N] = 0;
  EXPECT_OK(run(s, NONE, NULL, NULL, NULL, NULL, NULL, NULL, 0));
  free(room);
  for (int i = C; i <= DW; i++) refuses(i, 0);
  refuses(N, -1), refuses(PH, -1), refuses(PW, -1), refuses(OH, 0), refuses(OW, 0);
  refuses(C, INT64_C(1) << 31);
  const int64_t large[NUMBERS] = {1, 1, INT32_MAX, 1, 1024, 1, 1, 1, 1, 1, 1, 0, 0, INT32_MAX, 1};
  EXPECT(balboa_panel_conv_scratch(large) == BALBOA_ERR_ARGUMENT, "more tiles than can be numbered");
}

int main(void) {
  const int64_t sizes[][5] = {/* batch, channels, height, width, filters */
                              {1, 1, 1, 1, 1},   {1, 3, 5, 7, 33},   {2, 64, 7, 7, 64}, {3, 17, 6, 4, 31},
                              {1, 100, 7, 7, 96}, {1, 5, 17, 19, 40}};
  const int64_t windows[][8] = {/* kernel, stride, dilation, padding, each h and w */
                                {1, 1, 1, 1, 1, 1, 0, 0}, {1, 1, 2, 2, 1, 1, 0, 0}, {3, 3, 1, 1, 1, 1, 1, 1},
                                {3, 2, 2, 1, 1, 2, 1, 3}, {2, 3, 1, 2, 3, 1, 0, 2}, {7, 7, 2, 2, 1, 1, 3, 3},
                                {1, 1, 1, 1, 1, 1, 2, 1}};
  const function functions[8] = {NONE,
                                 RELU,
                                 {BALBOA_LEAKY_RELU, 0.1, 0},
                                 {BALBOA_CLIP, -0.5, 0.75},
                                 {BALBOA_GELU_ERF, 0, 0},
                                 {BALBOA_SILU, 0, 0},
                                 {BALBOA_HARD_SWISH, 1.0 / 6, 0.5},
                                 {BALBOA_LINEAR, 0.5, 2}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    for (size_t k = 0; k < sizeof windows / sizeof *windows; k++) {
      for (int options = 0; options < 3; options++) {
        check_picture(sizes[i], windows[k], functions[(i + k) % 8], (options + (int)i) % 2, (options + (int)k) % 3 == 0);
      }
    }
  }
  for (int64_t rows = 1; rows <= 30; rows++) check_rows(rows, 20 + rows, 70, functions[rows % 8], rows % 3 == 0, rows % 5 < 3);
  const int64_t depths[] = {1, 767, 768, 769, 2305};
  for (int i = 0; i < 5; i++) check_rows(49, depths[i], 100, functions[i], 1, i % 3 == 0);
  check_rows(410, 60, 64, RELU, 1, 1), check_rows(197, 800, 65, NONE, 0, 1), check_rows(128, 384, 384, functions[4], 1, 0);
  check_rows(1000, 96, 100, functions[5], 1, 1), check_rows(400, 1024, 70, NONE, 1, 1), check_rows(15, 1024, 33, RELU, 0, 0);
  check_rows(196, 1536, 40, RELU, 1, 1), check_rows(199, 1537, 40, functions[6], 1, 1);
  check_rows(128, 2048, 40, NONE, 1, 1), check_rows(129, 2048, 40, functions[3], 0, 1);
  check_rows(140, 4096, 33, RELU, 1, 0), check_rows(300, 2100, 40, functions[7], 1, 1);
  check_rows(129, 2048, 1050, RELU, 1, 1); /* more weights than are met at a time */
  check_not_finite();
  check_errors();
  return check_done("panel_conv");
}
