/* Chains of element-wise functions: the bits of one function after the other, on operands of any stride, and in place. */
#include "check.h"

enum { LINKS = 7, NDIM = 2 };

/* ((x0 x1 + x2) tanh, its slope times x0, over x3 ...): every family, results that are read twice, an operand of no use. */
static const int32_t links[LINKS][4] = {
    {BALBOA_CHAIN_BINARY, BALBOA_MUL, 0, 1},   {BALBOA_CHAIN_BINARY, BALBOA_ADD, ~0, 2},
    {BALBOA_CHAIN_UNARY, BALBOA_TANH, ~1, 99}, {BALBOA_CHAIN_BACKWARD_FROM_Y, BALBOA_TANH, ~2, 0},
    {BALBOA_CHAIN_BACKWARD, BALBOA_LEAKY_RELU, 3, ~3}, {BALBOA_CHAIN_UNARY, BALBOA_LINEAR, ~2, 0},
    {BALBOA_CHAIN_BINARY, BALBOA_POW, ~4, ~5}};
static const float numbers[LINKS][2] = {{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {1.5f, -0.25f}, {0, 0}};

/* The same by a call for each function, over copies at the shape of the result. */
static void one_by_one(int64_t n, float *const *x, float *out) {
  const int64_t dims[1] = {n}, one[1] = {1};
  float *results[LINKS];
  for (int i = 0; i < LINKS; i++) {
    const int32_t *l = links[i];
    float *left = l[2] >= 0 ? x[l[2]] : results[~l[2]];
    float *right = l[0] == BALBOA_CHAIN_UNARY ? NULL : l[3] >= 0 ? x[l[3]] : results[~l[3]];
    float *to = results[i] = i == LINKS - 1 ? out : NEW(float, n);
    switch (l[0]) {
      case BALBOA_CHAIN_UNARY:
        EXPECT_OK(balboa_unary_f32(l[1], n, left, to, numbers[i][0], numbers[i][1]));
        break;
      case BALBOA_CHAIN_BINARY:
        EXPECT_OK(balboa_binary(BALBOA_F32, l[1], 1, dims, left, one, right, one, to));
        break;
      case BALBOA_CHAIN_BACKWARD:
        EXPECT_OK(balboa_unary_backward_f32(l[1], n, left, right, to, 0, 0));
        break;
      default:
        EXPECT_OK(balboa_unary_backward_from_y_f32(l[1], n, left, right, to, 0, 0));
        break;
    }
  }
  for (int i = 0; i < LINKS - 1; i++) {
    release(results[i]);
  }
}

static void check_chain(int64_t rows, int64_t columns, int64_t s1_row, int64_t s1_column, int64_t s2_row,
                        int64_t s2_column) {
  const int64_t n = rows * columns, dims[NDIM] = {rows, columns};
  const int64_t strides[4][NDIM] = {{columns, 1}, {s1_row, s1_column}, {s2_row, s2_column}, {columns, 1}};
  float *x[4], *dense[4];
  for (int k = 0; k < 4; k++) {
    x[k] = random_f32(2 * n + 8, k == 1 ? 0.1 : -2, 2);
    dense[k] = NEW(float, n);
    for (int64_t i = 0; i < n; i++) {
      dense[k][i] = x[k][i / columns * strides[k][0] + i % columns * strides[k][1]];
    }
  }
  float *want = NEW(float, n), *got = NEW(float, n);
  one_by_one(n, dense, want);
  EXPECT_OK(balboa_chain_f32(LINKS, links[0], numbers[0], 4, NDIM, dims, strides[0], x[0], x[1], x[2], x[3], NULL, NULL,
                             got));
  EXPECT(memcmp(want, got, (size_t)n * sizeof(float)) == 0, "[%d, %d]", (int)rows, (int)columns);
  EXPECT_OK(balboa_chain_f32(LINKS, links[0], numbers[0], 4, NDIM, dims, strides[0], x[0], x[1], x[2], x[3], NULL, NULL,
                             x[0]));
  EXPECT(memcmp(want, x[0], (size_t)n * sizeof(float)) == 0, "in place [%d, %d]", (int)rows, (int)columns);
  for (int k = 0; k < 4; k++) {
    release(x[k]);
    release(dense[k]);
  }
  release(want);
  release(got);
}

static void check_refusals(void) {
  const int64_t dims[1] = {1}, strides[2] = {1, 1};
  const float x = 2, none[4] = {0};
  float y = 0;
  const int32_t unknown[4] = {BALBOA_CHAIN_UNARY, 99, 0, 0}, later[4] = {BALBOA_CHAIN_UNARY, BALBOA_EXP, ~0, 0};
  const int32_t far[4] = {BALBOA_CHAIN_BINARY, BALBOA_ADD, 0, 2}, family[4] = {4, 0, 0, 0};
  const int32_t square[4] = {BALBOA_CHAIN_UNARY, BALBOA_SQUARE, 0, 0};
#define RUN(count, list, inputs, first, out) \
  balboa_chain_f32(count, list, none, inputs, 1, dims, strides, first, first, NULL, NULL, NULL, NULL, out)
  EXPECT_STATUS(BALBOA_ERR_KIND, RUN(1, unknown, 1, &x, &y));
  EXPECT_STATUS(BALBOA_ERR_KIND, RUN(1, family, 1, &x, &y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, RUN(1, later, 1, &x, &y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, RUN(1, far, 2, &x, &y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, RUN(0, square, 1, &x, &y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, RUN(17, square, 1, &x, &y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, RUN(1, square, 0, &x, &y));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, RUN(1, square, 7, &x, &y));
  EXPECT_STATUS(BALBOA_ERR_NULL, RUN(1, square, 1, NULL, &y));
  EXPECT_STATUS(BALBOA_ERR_NULL, RUN(1, square, 1, &x, NULL));
  EXPECT_STATUS(BALBOA_ERR_NULL, RUN(1, NULL, 1, &x, &y));
  EXPECT(y == 0, "something was written");
  EXPECT_OK(RUN(1, square, 1, &x, &y));
  EXPECT(y == 4, "the square of 2 is %g", (double)y);
#undef RUN
}

int main(void) {
  check_chain(1, 1, 0, 0, 0, 0);
  check_chain(3, 7, 7, 1, 0, 1);       /* a row that repeats */
  check_chain(5, 1000, 1, 0, 0, 0);    /* a column, a number */
  check_chain(70, 1025, 1025, 1, 1, 70); /* as it lies, and transposed */
  check_chain(2, 3000, 6000, 2, 0, 1); /* every other one */
  check_chain(64, 2048, 2048, 1, 2048, 1);
  check_refusals();
  return check_done("chain");
}
