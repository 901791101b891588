/* Convolutions with poolings in a row against one after the other. */
#include "check.h"

enum { SIDE = 14, LINKS = 2 };

static float *numbers(int64_t n, int64_t step) {
  float *x = aligned_alloc(64, (size_t)((n * 4 + 127) / 64 * 64));
  for (int64_t i = 0; i < n; i++) x[i] = (float)(i * step % 13 - 6) / 8;
  return x;
}

/* Numbers of a convolution of 3 x 3 with as many results as pixels, pooled in windows of 2 x 2, and its results. */
static int64_t describe(int winograd, int64_t batch, int64_t channels, int64_t side, int64_t filters, int64_t *s) {
  const int64_t direct[24] = {batch, channels, side, side, filters, 3, 3, 1, 1, 1, 1, 1, 1, side, side, 2, 2, 2, 2, 0,
                              0,     side / 2, side / 2, 1};
  const int64_t tiles[12] = {batch, channels, side, side, filters, 1, 1, side, side, 1, 0, 1};
  if (winograd) {
    memcpy(s, tiles, sizeof tiles);
  } else {
    memcpy(s, direct, sizeof direct);
  }
  return batch * filters * (side / 2) * (side / 2);
}

static float *run(int winograd, const int64_t *s, const float *x, const float *w, const float *bias, int64_t size) {
  const int64_t bytes = winograd ? balboa_winograd_scratch(s) : balboa_conv_max_scratch(s);
  float *y = numbers(size, 1), *scratch = numbers(bytes / 4 + 16, 1);
  EXPECT_OK(winograd ? balboa_winograd_f32(s, x, w, bias, NULL, y, scratch, bytes)
                     : balboa_conv_max_f32(s, x, w, bias, y, scratch, bytes));
  free(scratch);
  return y;
}

static void check(int64_t batch, const int *winograd, int32_t links, int32_t planar, int64_t channels, int part) {
  const int64_t filters[LINKS] = {32, 48}, sides[LINKS] = {SIDE, SIDE / 2};
  int64_t s[LINKS][24], sizes[LINKS], args[4 * LINKS];
  float *w[LINKS], *bias = numbers(64, 5), *want[LINKS];
  float *x = numbers(batch * channels * SIDE * SIDE, 7);
  for (int32_t i = 0; i < links; i++) {
    const int64_t in = i == 0 ? channels : filters[i - 1];
    sizes[i] = describe(winograd[i], batch, in, sides[i], filters[i], s[i]);
    w[i] = numbers(36 * 64 * in, 11);
    want[i] = run(winograd[i], s[i], i == 0 ? x : want[i - 1], w[i], i == 1 ? bias : NULL, sizes[i]);
    const int64_t a[4] = {winograd[i], (int64_t)(intptr_t)s[i], (int64_t)(intptr_t)w[i],
                          i == 1 ? (int64_t)(intptr_t)bias : 0};
    memcpy(args + 4 * i, a, sizeof a);
  }
  const int64_t size = sizes[links - 1], bytes = balboa_pooled_chain_scratch(links, args, planar);
  EXPECT(bytes > 0, "no scratch: %d", (int)bytes);
  float *y = numbers(size + 1, 3), *scratch = numbers(bytes / 4 + 16, 1);
  y[size] = 12345;
  EXPECT_OK(balboa_pooled_chain_f32(links, args, planar, x, y, scratch, part ? bytes / 2 : bytes));
  const int64_t f = filters[links - 1], plane = (sides[links - 1] / 2) * (sides[links - 1] / 2);
  for (int64_t i = 0; i < size; i++) {
    const int64_t at = planar ? (i / plane / f * plane + i % plane) * f + i / plane % f : i;
    EXPECT(y[i] == want[links - 1][at], "batch %d at %d: %g", (int)batch, (int)i, (double)y[i]);
  }
  EXPECT(y[size] == 12345, "wrote behind the end");
  for (int32_t i = 0; i < links; i++) {
    free(w[i]), free(want[i]);
  }
  free(x), free(bias), free(y), free(scratch);
}

/* y = x W^T + bias of rows, W packed in panels of 32 filters; the largest sum of the terms' sizes. */
static double apply(int64_t rows, const int64_t *n, const float *x, const float *w, const float *bias, float *y) {
  double most = 0;
  for (int64_t i = 0; i < rows * n[2]; i++) {
    const int64_t row = i / n[2], f = i % n[2];
    double sum = bias == NULL ? 0 : (double)bias[f], size = fabs(sum);
    for (int64_t k = 0; k < n[1]; k++) {
      const double term = (double)x[row * n[1] + k] * (double)w[(f / 32 * n[1] + k) * 32 + f % 32];
      sum += term;
      size += fabs(term);
    }
    y[i] = (float)(n[3] && sum < 0 ? 0 : sum);
    most = fmax(most, size);
  }
  return most;
}

/* A pair and linear maps behind it, against one after the other. */
static void check_linear(int64_t batch, int32_t maps, int64_t first, int64_t second, int room) {
  int64_t s[24], rows[2][4] = {{batch, 0, first, 1}, {batch, first, second, 0}};
  const int64_t size = describe(0, batch, 1, SIDE, 32, s);
  rows[0][1] = size / batch;
  float *x = numbers(batch * SIDE * SIDE, 7), *w = numbers(9 * 32, 11), *bias = numbers(128, 5);
  float *picture = run(0, s, x, w, NULL, size), *want[2], *u[2];
  double most = 0;
  int64_t args[12] = {0, (int64_t)(intptr_t)s, (int64_t)(intptr_t)w, 0};
  for (int32_t i = 0; i < maps; i++) {
    u[i] = numbers((rows[i][2] + 31) / 32 * 32 * rows[i][1], 3 + i);
    want[i] = numbers(batch * rows[i][2], 1);
    most = fmax(most, apply(batch, rows[i], i == 0 ? picture : want[0], u[i], i == 0 ? bias : NULL, want[i]));
    const int64_t a[4] = {2, (int64_t)(intptr_t)rows[i], (int64_t)(intptr_t)u[i], i == 0 ? (int64_t)(intptr_t)bias : 0};
    memcpy(args + 4 + 4 * i, a, sizeof a);
  }
  const int64_t results = batch * rows[maps - 1][2], bytes = balboa_pooled_chain_scratch(1 + maps, args, 0);
  EXPECT(bytes > 0, "no scratch: %d", (int)bytes);
  float *y = numbers(results + 1, 3), *scratch = numbers(bytes / 4 + 16, 1);
  y[results] = 12345;
  EXPECT_OK(balboa_pooled_chain_f32(1 + maps, args, 0, x, y, scratch, bytes - room));
  for (int64_t i = 0; i < results; i++) {
    EXPECT(fabs((double)y[i] - (double)want[maps - 1][i]) <= most * 0x1p-20, "batch %d at %d: %g, not %g",
           (int)batch, (int)i, (double)y[i], (double)want[maps - 1][i]);
  }
  EXPECT(y[results] == 12345, "wrote behind the end");
  EXPECT(balboa_pooled_chain_scratch(1 + maps, args, 1) == BALBOA_ERR_ARGUMENT, "rows cannot be planar");
  rows[maps - 1][1]++;
  EXPECT(balboa_pooled_chain_scratch(1 + maps, args, 0) == BALBOA_ERR_ARGUMENT, "features that nobody makes");
  rows[maps - 1][1]--;
  rows[maps - 1][3] = 2;
  EXPECT(balboa_pooled_chain_scratch(1 + maps, args, 0) == BALBOA_ERR_ARGUMENT, "a flag of 2");
  rows[maps - 1][3] = 0;
  args[4 * maps + 2] = 0;
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_pooled_chain_f32(1 + maps, args, 0, x, y, scratch, bytes));
  for (int32_t i = 0; i < maps; i++) {
    free(u[i]), free(want[i]);
  }
  free(x), free(w), free(bias), free(picture), free(y), free(scratch);
}

static void check_order_of_links(void) {
  int64_t s[24], rows[4] = {4, 7 * 7 * 32, 32, 0};
  describe(0, 4, 1, 14, 32, s);
  int64_t args[12] = {0, (int64_t)(intptr_t)s, 0, 0, 2, (int64_t)(intptr_t)rows, 0, 0, 0, (int64_t)(intptr_t)s, 0, 0};
  EXPECT(balboa_pooled_chain_scratch(2, args, 0) > 0, "a linear map behind a pair");
  EXPECT(balboa_pooled_chain_scratch(3, args, 0) == BALBOA_ERR_ARGUMENT, "a pair behind a linear map");
  EXPECT(balboa_pooled_chain_scratch(1, args + 4, 0) == BALBOA_ERR_ARGUMENT, "nothing but a linear map");
  args[0] = 3;
  EXPECT(balboa_pooled_chain_scratch(2, args, 0) == BALBOA_ERR_ARGUMENT, "an unknown kind");
}

int main(void) {
  const int64_t filters[] = {1, 16, 32, 33, 100, 128};
  for (int64_t batch = 1; batch <= 40; batch += batch < 9 ? 1 : 7) {
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
      check_linear(batch, 1, filters[i], 0, 0);
      check_linear(batch, 2, filters[i], filters[(i + 2) % 6], 0);
    }
  }
  check_linear(32, 2, 64, 10, 64); /* less room than for all threads */
  check_order_of_links();
  const int64_t batches[] = {1, 2, 7, 8, 9, 33, 64};
  const int kinds[][LINKS] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
    for (int k = 0; k < 4; k++) {
      for (int32_t links = 1; links <= LINKS; links++) {
        check(batches[i], kinds[k], links, k % 2, kinds[k][0] ? 16 : 3, 0);
        check(batches[i], kinds[k], links, (k + 1) % 2, kinds[k][0] ? 16 : 1, batches[i] >= 64);
      }
    }
  }
  int64_t s[2][24], args[8] = {0, (int64_t)(intptr_t)s[0], 0, 0, 1, (int64_t)(intptr_t)s[1], 0, 0};
  float x[64] = {0};
  describe(0, 4, 1, 14, 32, s[0]);
  describe(1, 4, 32, 7, 48, s[1]);
  EXPECT(balboa_pooled_chain_scratch(2, args, 0) > 0, "a sound chain");
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_pooled_chain_f32(2, args, 0, x, x, x, 1 << 30)); /* no weights */
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_pooled_chain_f32(2, NULL, 0, x, x, x, 1 << 30));
  args[2] = args[6] = (int64_t)(intptr_t)x;
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_pooled_chain_f32(2, args, 0, x, NULL, x, 1 << 30));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_pooled_chain_f32(2, args, 0, x, x, x, 64)); /* no room */
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_pooled_chain_f32(0, args, 0, x, x, x, 1 << 30));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_pooled_chain_f32(17, args, 0, x, x, x, 1 << 30));
  s[1][1] = 16; /* the second does not read what the first one writes */
  EXPECT(balboa_pooled_chain_scratch(2, args, 0) == BALBOA_ERR_ARGUMENT, "another picture");
  describe(1, 5, 32, 7, 48, s[1]);
  EXPECT(balboa_pooled_chain_scratch(2, args, 0) == BALBOA_ERR_ARGUMENT, "another batch");
  describe(1, 4, 32, 7, 48, s[1]);
  s[1][11] = 0;
  EXPECT(balboa_pooled_chain_scratch(2, args, 0) == BALBOA_ERR_ARGUMENT, "not pooled");
  return check_done("pooled_chain");
}
