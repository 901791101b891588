/* binary, compare, logical and where against element-by-element loops, over broadcasts and odd strides. */
#include "check.h"

typedef struct {
  int32_t ndim;
  int64_t dims[4];
  int64_t strides[3][4]; /* of up to three inputs */
} shape;

static const shape shapes[] = {
    {0, {0}, {{0}}},
    {1, {0}, {{1}, {1}, {1}}},
    {2, {3, 0}, {{0, 1}, {0, 1}, {0, 1}}},
    {1, {1}, {{1}, {1}, {1}}},
    {1, {37}, {{1}, {1}, {1}}},
    {1, {70001}, {{1}, {0}, {1}}},
    {1, {70001}, {{0}, {1}, {0}}},
    {1, {70001}, {{1}, {1}, {0}}},
    {2, {33, 17}, {{17, 1}, {0, 1}, {17, 1}}},                          /* row broadcast */
    {2, {33, 17}, {{17, 1}, {1, 0}, {0, 1}}},                           /* column broadcast */
    {2, {301, 257}, {{1, 301}, {257, 1}, {1, 301}}},                    /* transposed operand */
    {4, {3, 5, 7, 9}, {{315, 63, 9, 1}, {0, 1, 0, 0}, {315, 63, 9, 1}}}, /* channel broadcast */
    {4, {3, 5, 7, 9}, {{0, 63, 0, 1}, {5, 1, 0, 0}, {0, 0, 0, 0}}},
    {2, {9, 11}, {{40, 2}, {33, 3}, {22, 2}}},
    {3, {2, 3, 4}, {{12, 4, -1}, {0, -4, 1}, {12, 4, 1}}}, /* flipped */
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static int64_t total_of(const shape *s) {
  int64_t n = 1;
  for (int32_t d = 0; d < s->ndim; d++) {
    n *= s->dims[d];
  }
  return n;
}

static int64_t offset_of(const shape *s, int k, int64_t i) {
  int64_t at = 0;
  for (int32_t d = s->ndim - 1; d >= 0; d--) {
    at += i % s->dims[d] * s->strides[k][d];
    i /= s->dims[d];
  }
  return at;
}

/* Storage for operand k: *n elements, the lowest at offset *low from the one at index 0. */
static void *operand(const shape *s, int k, int64_t size, int64_t *low, int64_t *n) {
  int64_t high = 0;
  *low = 0;
  for (int32_t d = 0; d < s->ndim; d++) {
    const int64_t span = (s->dims[d] - 1) * s->strides[k][d];
    *low += span < 0 ? span : 0;
    high += span > 0 ? span : 0;
  }
  *n = total_of(s) == 0 ? 0 : high - *low + 1;
  return guarded(*n * size);
}

static double apply(int32_t kind, double a, double b) {
  switch (kind) {
    case BALBOA_ADD:
      return a + b;
    case BALBOA_SUB:
      return a - b;
    case BALBOA_MUL:
      return a * b;
    case BALBOA_DIV:
      return a / b;
    case BALBOA_MAX:
      return isnan(a) || isnan(b) ? NAN : a > b ? a : b;
    case BALBOA_MIN:
      return isnan(a) || isnan(b) ? NAN : a < b ? a : b;
    default:
      return pow(a, b);
  }
}

static int holds(int32_t kind, double a, double b) {
  switch (kind) {
    case BALBOA_EQ:
      return a == b;
    case BALBOA_NE:
      return a != b;
    case BALBOA_LT:
      return a < b;
    case BALBOA_LE:
      return a <= b;
    case BALBOA_GT:
      return a > b;
    default:
      return a >= b;
  }
}

static const double specials[] = {0, -1, 1, 2, 0.5, -2, 3};

#define CHECK_TYPE(type, dtype, real)                                                                             \
  static void check_##type(const shape *s) {                                                                      \
    int64_t low[2], n[2];                                                                                         \
    type *x[2];                                                                                                   \
    const int64_t total = total_of(s);                                                                            \
    for (int k = 0; k < 2; k++) {                                                                                 \
      x[k] = operand(s, k, sizeof(type), &low[k], &n[k]);                                                         \
      for (int64_t i = 0; i < n[k]; i++) {                                                                        \
        const uint32_t pick = next_u32() % 16;                                                                    \
        x[k][i] = (type)(pick < 7 ? specials[pick] : pick == 7 && real ? (double)NAN : next_uniform(-9, 9));      \
      }                                                                                                           \
    }                                                                                                             \
    const type *a = x[0] - low[0], *b = x[1] - low[1];                                                            \
    type *out = NEW(type, total);                                                                                 \
    uint8_t *flag = NEW(uint8_t, total);                                                                          \
    /* Powers of integers wrap: test_binary_math. */                                                              \
    for (int32_t kind = BALBOA_ADD; kind <= (real ? BALBOA_POW : BALBOA_MIN); kind++) {                           \
      EXPECT_OK(balboa_binary(dtype, kind, s->ndim, s->dims, a, s->strides[0], b, s->strides[1], out));           \
      int64_t wrong = 0;                                                                                          \
      for (int64_t i = 0; i < total; i++) {                                                                       \
        const double u = (double)a[offset_of(s, 0, i)], v = (double)b[offset_of(s, 1, i)];                        \
        const double want =                                                                                       \
            real || kind != BALBOA_DIV ? apply(kind, u, v) : v == 0 ? 0 : trunc(apply(kind, u, v));               \
        wrong += !near_rel((double)out[i], want, kind == BALBOA_POW ? 2e-7 : 6e-8, 0) &&                          \
                 !(real && (double)out[i] == (double)(type)want);                                                 \
      }                                                                                                           \
      EXPECT(wrong == 0, #type " kind %d: %d wrong", (int)kind, (int)wrong);                                      \
    }                                                                                                             \
    for (int32_t kind = BALBOA_EQ; kind <= BALBOA_GE; kind++) {                                                   \
      EXPECT_OK(balboa_compare(dtype, kind, s->ndim, s->dims, a, s->strides[0], b, s->strides[1], flag));         \
      int64_t wrong = 0;                                                                                          \
      for (int64_t i = 0; i < total; i++) {                                                                       \
        wrong += flag[i] != holds(kind, (double)a[offset_of(s, 0, i)], (double)b[offset_of(s, 1, i)]);            \
      }                                                                                                           \
      EXPECT(wrong == 0, #type " compare %d: %d wrong", (int)kind, (int)wrong);                                   \
    }                                                                                                             \
    release(x[0]);                                                                                                \
    release(x[1]);                                                                                                \
    release(out);                                                                                                 \
    release(flag);                                                                                                \
  }

CHECK_TYPE(float, BALBOA_F32, 1)
CHECK_TYPE(double, BALBOA_F64, 1)
CHECK_TYPE(int32_t, BALBOA_I32, 0)
CHECK_TYPE(int64_t, BALBOA_I64, 0)
CHECK_TYPE(int8_t, BALBOA_I8, 0)

static void check_logical(const shape *s) {
  int64_t low[2], n[2];
  uint8_t *x[2];
  const int64_t total = total_of(s);
  for (int k = 0; k < 2; k++) {
    x[k] = operand(s, k, 1, &low[k], &n[k]);
    for (int64_t i = 0; i < n[k]; i++) {
      x[k][i] = next_u32() % 2;
    }
  }
  const uint8_t *a = x[0] - low[0], *b = x[1] - low[1];
  uint8_t *out = NEW(uint8_t, total);
  for (int32_t kind = BALBOA_AND; kind <= BALBOA_XOR; kind++) {
    EXPECT_OK(balboa_logical(kind, s->ndim, s->dims, a, s->strides[0], b, s->strides[1], out));
    for (int64_t i = 0; i < total; i++) {
      const int u = a[offset_of(s, 0, i)], v = b[offset_of(s, 1, i)];
      EXPECT(out[i] == (kind == BALBOA_AND ? u & v : kind == BALBOA_OR ? u | v : u ^ v), "logical %d", (int)kind);
    }
  }
  for (int32_t kind = BALBOA_EQ; kind <= BALBOA_GE; kind++) {
    EXPECT_OK(balboa_compare(BALBOA_BOOL, kind, s->ndim, s->dims, a, s->strides[0], b, s->strides[1], out));
    for (int64_t i = 0; i < total; i++) {
      EXPECT(out[i] == holds(kind, a[offset_of(s, 0, i)], b[offset_of(s, 1, i)]), "bool compare %d", (int)kind);
    }
  }
  release(x[0]);
  release(x[1]);
  release(out);
}

static void check_where(const shape *s, int32_t size) {
  int64_t low[3], n[3];
  uint8_t *x[3];
  const int64_t total = total_of(s);
  for (int k = 0; k < 3; k++) {
    const int64_t each = k == 0 ? 1 : size;
    x[k] = operand(s, k, each, &low[k], &n[k]);
    for (int64_t i = 0; i < n[k] * each; i++) {
      x[k][i] = (uint8_t)(k == 0 ? next_u32() % 2 * 255 : next_u32());
    }
  }
  const uint8_t *c = x[0] - low[0], *a = x[1] - low[1] * size, *b = x[2] - low[2] * size;
  uint8_t *out = NEW(uint8_t, total * size);
  EXPECT_OK(balboa_where(size, s->ndim, s->dims, c, s->strides[0], a, s->strides[1], b, s->strides[2], out));
  int64_t wrong = 0;
  for (int64_t i = 0; i < total; i++) {
    const uint8_t *want = c[offset_of(s, 0, i)] ? a + offset_of(s, 1, i) * size : b + offset_of(s, 2, i) * size;
    wrong += memcmp(out + i * size, want, (size_t)size) != 0;
  }
  EXPECT(wrong == 0, "where of size %d: %d wrong", (int)size, (int)wrong);
  for (int k = 0; k < 3; k++) {
    release(x[k]);
  }
  release(out);
}

static void check_special(void) {
  const int64_t n[1] = {3}, one[1] = {1}, zero[1] = {0};
  float a[3] = {-0.0f, -INFINITY, 4.0f}, half = 0.5f, out[3];
  EXPECT_OK(balboa_binary(BALBOA_F32, BALBOA_POW, 1, n, a, one, &half, zero, out));
  EXPECT(out[0] == 0 && out[1] == INFINITY && out[2] == 2, "pow 0.5: %g %g %g", (double)out[0], (double)out[1],
         (double)out[2]);
  int32_t big[3] = {INT32_MAX, INT32_MIN, -1}, sum[3];
  EXPECT_OK(balboa_binary(BALBOA_I32, BALBOA_ADD, 1, n, big, one, big, one, sum));
  EXPECT(sum[0] == -2 && sum[1] == 0 && sum[2] == -2, "integers wrap");
  EXPECT_OK(balboa_binary(BALBOA_F32, BALBOA_ADD, 1, n, a, one, &half, zero, a)); /* in place */
  EXPECT(a[0] == 0.5f && a[2] == 4.5f, "in place");
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_binary(BALBOA_BOOL, BALBOA_ADD, 1, n, a, one, a, one, out));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_binary(BALBOA_F32, 99, 1, n, a, one, a, one, out));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_compare(BALBOA_F32, 6, 1, n, a, one, a, one, NULL));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_where(3, 1, n, NULL, one, a, one, a, one, out));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_binary(BALBOA_F32, BALBOA_ADD, 1, n, a, one, a, NULL, out));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_binary(BALBOA_F32, BALBOA_ADD, 1, n, NULL, one, a, one, out));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_binary(BALBOA_F32, BALBOA_ADD, -1, n, a, one, a, one, out));
}

int main(void) {
  for (int i = 0; i < SHAPES; i++) {
    check_float(&shapes[i]);
    check_double(&shapes[i]);
    check_int32_t(&shapes[i]);
    check_int64_t(&shapes[i]);
    check_int8_t(&shapes[i]);
    check_logical(&shapes[i]);
    check_where(&shapes[i], 1);
    check_where(&shapes[i], 4);
    check_where(&shapes[i], 8);
  }
  check_special();
  return check_done("binary");
}
