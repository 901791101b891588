/* Sampling at a grid: against plain arithmetic, and its gradients against each other and against differences. */
#include <inttypes.h>

#include "check.h"

enum { SIZES = 5 };

static double cubic(double t) {
  t = fabs(t);
  return t <= 1 ? (1.25 * t - 2.25) * t * t + 1 : t < 2 ? -0.75 * (t - 1) * (t - 2) * (t - 2) : 0;
}

static double tent(double t) { return fabs(t) < 1 ? 1 - fabs(t) : 0; }

/* Position p moved into the picture. */
static double placed(int outside, int aligned, int64_t n, double p) {
  const double low = aligned ? 0 : -0.5, span = aligned ? (double)n - 1 : (double)n;
  if (outside == 2 && span == 0) {
    return 0;
  }
  while (outside == 2 && (p < low || p > low + span)) {
    p = p < low ? 2 * low - p : 2 * (low + span) - p;
  }
  return outside == 0 ? p : fmin(fmax(p, 0), (double)n - 1);
}

/* One element of the picture, which goes on outside of it. */
static double element(int outside, int aligned, const int64_t *s, const double *plane, double row, double column) {
  const double r = placed(outside, aligned, s[2], row), c = placed(outside, aligned, s[3], column);
  const int there = r >= 0 && r <= (double)s[2] - 1 && c >= 0 && c <= (double)s[3] - 1;
  return there ? plane[(int64_t)r * s[3] + (int64_t)c] : 0;
}

static double sample(int taps, int outside, int aligned, const int64_t *s, const double *plane, const double *g) {
  double at[2];
  for (int d = 0; d < 2; d++) {
    const double n = (double)s[3 - d];
    at[d] = aligned ? (g[d] + 1) * (n - 1) / 2 : ((g[d] + 1) * n - 1) / 2;
    at[d] = taps == 4 ? at[d] : placed(outside, aligned, s[3 - d], at[d]);
  }
  if (taps == 1) {
    return element(outside, aligned, s, plane, rint(at[1]), rint(at[0]));
  }
  double sum = 0;
  for (int r = -1; r <= 2; r++) {
    for (int c = -1; c <= 2; c++) {
      const double row = floor(at[1]) + r, column = floor(at[0]) + c;
      const double weight = taps == 2 ? tent(at[1] - row) * tent(at[0] - column)
                                      : cubic(at[1] - row) * cubic(at[0] - column);
      sum += weight == 0 ? 0 : weight * element(outside, aligned, s, plane, row, column);
    }
  }
  return sum;
}

/* With scratch memory, if it helps, or without. */
static void check(int taps, int outside, int aligned, const int64_t *s, int lanes) {
  const int64_t planes = s[0] * s[1], size = s[2] * s[3], places = s[4];
  double *x = guarded(planes * size * 8), *dx = guarded(planes * size * 8);
  double *grid = guarded(s[0] * places * 16), *dgrid = guarded(s[0] * places * 16);
  double *y = guarded(planes * places * 8), *dy = guarded(planes * places * 8);
  float *x32 = guarded(planes * size * 4), *grid32 = guarded(s[0] * places * 8), *y32 = guarded(planes * places * 4);
  uint32_t seed = 7;
  for (int64_t i = 0; i < planes * size; i++) {
    seed = seed * 1664525u + 1013904223u;
    x32[i] = (float)(seed >> 8) * 0x1p-24f;
    x[i] = (double)x32[i];
  }
  for (int64_t i = 0; i < 2 * s[0] * places; i++) {
    /* a tenth of a pixel and more away from where something jumps */
    seed = seed * 1664525u + 1013904223u;
    const double n = (double)s[i % 2 == 0 ? 3 : 2];
    const double pixel = (double)((seed >> 12) % (uint32_t)(3 * n)) - n + (seed >> 30) * 0.5 + 0.1 + (seed >> 8 & 7) * 0.04;
    grid[i] = aligned ? 2 * pixel / fmax(1, n - 1) - 1 : (2 * pixel + 1) / n - 1;
    grid32[i] = (float)grid[i];
  }
  for (int64_t i = 0; i < planes * places; i++) {
    dy[i] = (double)(i % 7) - 3;
  }
#define HEAD(type) type, taps, outside, aligned, s[0], s[1], s[2], s[3], places
  const int64_t bytes = lanes ? balboa_grid_sample_scratch(BALBOA_F64, s[0], s[1], s[2], s[3], places) : 0;
  const int64_t bytes32 = lanes ? balboa_grid_sample_scratch(BALBOA_F32, s[0], s[1], s[2], s[3], places) : 0;
  void *scratch = guarded(bytes), *scratch32 = guarded(bytes32);
  EXPECT_OK(balboa_grid_sample(HEAD(BALBOA_F64), x, grid, y, scratch, bytes));
  EXPECT_OK(balboa_grid_sample(HEAD(BALBOA_F32), x32, grid32, y32, scratch32, bytes32));
  EXPECT_OK(balboa_grid_sample_backward(HEAD(BALBOA_F64), x, grid, dy, dx, dgrid, scratch, bytes));
#undef HEAD
  double along = 0, back = 0;
  for (int64_t i = 0; i < planes * places; i++) {
    const double *plane = x + i / places * size, *g = grid + 2 * (i / places / s[1] * places + i % places);
    const double want = sample(taps, outside, aligned, s, plane, g);
    EXPECT(fabs(y[i] - want) < 1e-12, "taps %d outside %d: %g for %g", taps, outside, y[i], want);
    EXPECT(fabs((double)y32[i] - want) < 1e-4, "f32, taps %d outside %d: %g for %g", taps, outside, (double)y32[i], want);
    along += y[i] * dy[i];
  }
  for (int64_t i = 0; i < planes * size; i++) {
    back += x[i] * dx[i];
  }
  EXPECT(fabs(along - back) < 1e-9 * (1 + fabs(along)), "adjoint: %g and %g", along, back);
  const double h = 1e-5;
  for (int64_t j = 0; j < 2 * s[0] * places; j += 37) {
    double slope = 0, save = grid[j];
    for (int side = -1; side <= 1; side += 2) {
      grid[j] = save + side * h;
      for (int64_t c = 0; c < s[1]; c++) {
        const int64_t plane = j / 2 / places * s[1] + c;
        slope += side * dy[plane * places + j / 2 % places] *
                 sample(taps, outside, aligned, s, x + plane * size, grid + j / 2 * 2) / (2 * h);
      }
    }
    grid[j] = save;
    EXPECT(fabs(slope - dgrid[j]) < 1e-5 * (1 + fabs(slope)), "taps %d outside %d: slope %g for %g", taps, outside,
           dgrid[j], slope);
  }
  void *all[] = {x, dx, grid, dgrid, y, dy, x32, grid32, y32, scratch, scratch32};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    release(all[i]);
  }
}

/* Axes of more elements than F32 has whole numbers for: whatever is read and written lies in the picture. The picture
 * holds 3 where the places are, so that it is 3 at all of them unless zeros are around it. */
static void check_long(int taps, int outside, int aligned, int64_t n, float *x, float *dx) {
  const float grid[8] = {1, 0, -1, 0, 3, 0, -1e9f, 0};
  const float dy[4] = {1, 1, 1, 1};
  float y[4], dgrid[8];
#define HEAD BALBOA_F32, taps, outside, aligned, 1, 1, 1, n, 4, x, grid
  EXPECT_OK(balboa_grid_sample(HEAD, y, NULL, 0));
  for (int i = 0; i < (outside == 1 ? 4 : 1); i++) {
    EXPECT(outside == 0 || fabs((double)y[i] - 3) < 1e-5, "%" PRId64 " taps %d outside %d aligned %d: %g", n, taps,
           outside, aligned, (double)y[i]);
  }
  if (dx != NULL) {
    EXPECT_OK(balboa_grid_sample_backward(HEAD, dy, dx, dgrid, NULL, 0));
  }
#undef HEAD
}

static void long_axes(void) {
  static const int64_t sizes[] = {(1 << 24) + 4, (1 << 25) - 1};
  for (int i = 0; i < 2; i++) {
    float *x = NEW(float, sizes[i]), *dx = i == 0 ? NEW(float, sizes[i]) : NULL;
    memset(x, 0, (size_t)sizes[i] * sizeof *x);
    for (int k = 0; k < 64; k++) {
      x[k] = x[sizes[i] - 1 - k] = 3;
    }
    for (int mode = 0; mode < 18; mode++) {
      check_long(1 << mode / 6, mode % 6 / 2, mode % 2, sizes[i], x, dx);
    }
    release(x);
    if (dx != NULL) {
      release(dx);
    }
  }
}

int main(void) {
  static const int64_t shapes[][SIZES] = {
      {1, 1, 1, 1, 9}, {2, 3, 5, 4, 70}, {1, 40, 31, 33, 2000}, {3, 0, 4, 4, 5}, {2, 2, 3, 1, 0}, {1, 2, 1, 6, 65},
      {2, 9, 13, 20, 67}, {3, 16, 5, 5, 8},
  };
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    for (int taps = 1; taps <= 4; taps *= 2) {
      for (int mode = 0; mode < 6; mode++) {
        check(taps, mode / 2, mode % 2, shapes[i], 0);
        check(taps, mode / 2, mode % 2, shapes[i], 1);
      }
    }
  }
  long_axes();
  const float x[4] = {1, 2, 3, 4}, lost[4] = {NAN, 0, INFINITY, 0};
  float y[2] = {7, 7};
  EXPECT_OK(balboa_grid_sample(BALBOA_F32, 2, 0, 0, 1, 1, 2, 2, 2, x, lost, y, NULL, 0));
  EXPECT(isnan(y[0]) && y[1] == 0, "NaN and infinity give %g and %g", (double)y[0], (double)y[1]);
  EXPECT_OK(balboa_grid_sample(BALBOA_F32, 1, 1, 0, 1, 1, 2, 2, 2, x, lost, y, NULL, 0));
  EXPECT(isnan(y[0]) && y[1] == 2, "NaN and infinity give %g and %g", (double)y[0], (double)y[1]);
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_grid_sample(BALBOA_F32, 3, 0, 0, 1, 1, 2, 2, 2, x, lost, y, NULL, 0));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_grid_sample(BALBOA_F32, 2, 3, 0, 1, 1, 2, 2, 2, x, lost, y, NULL, 0));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_grid_sample(BALBOA_I32, 2, 0, 0, 1, 1, 2, 2, 2, x, lost, y, NULL, 0));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_grid_sample(BALBOA_F32, 2, 0, 0, 1, 1, 0, 2, 2, x, lost, y, NULL, 0));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_grid_sample(BALBOA_F32, 2, 0, 0, 1, 1, 2, 2, 2, x, NULL, y, NULL, 0));
  EXPECT(balboa_grid_sample_scratch(BALBOA_F32, 2, 17, 4, 5, 20) == 2 * 32 * 20 * 4, "two chunks of channels");
  EXPECT(balboa_grid_sample_scratch(BALBOA_F32, 2, 7, 4, 5, 20) == 0, "few channels");
  EXPECT(balboa_grid_sample_scratch(BALBOA_F32, 2, 17, 4, 5, 4) == 0, "few places");
  EXPECT(balboa_grid_sample_scratch(BALBOA_F32, 2, -1, 4, 5, 20) == BALBOA_ERR_ARGUMENT, "negative");
  EXPECT(balboa_grid_sample_scratch(BALBOA_I32, 2, 17, 4, 5, 20) == BALBOA_ERR_KIND, "integers");
  return check_done("grid_sample");
}
