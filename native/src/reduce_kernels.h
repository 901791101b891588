/*
 * Reduction loops for one element type. The including file defines T (element), A (accumulator: double or int64_t),
 * W (the type sums and products are computed in, which must wrap if integral), NAME(x) and IS_NAN(x).
 */

/* One row after the other. */
#define ROWS(name)                                                                          \
  BALBOA_CLONES static void NAME(name)(int64_t rows, int64_t n, const T *x, A *acc) {       \
    for (int64_t r = 0; r < rows; r++) {                                                    \
      acc[r] = NAME(name##_one)(n, x + r * n);                                              \
    }                                                                                       \
  }

/* Four streams, joined before they are added to the one accumulator: its latency is hidden, and its lanes have to be
 * added up once a row. */
#define STREAMS(name, init, term, combine_op)                                              \
  BALBOA_INLINE A NAME(name##_one)(int64_t n, const T *x) {                                 \
    const int64_t m = n / 4;                                                                \
    W s = (W)(init);                                                                        \
    BALBOA_SIMD_REDUCE(combine_op, s) for (int64_t i = 0; i < m; i++) {                     \
      const W v0 = (W)x[i], v1 = (W)x[m + i], v2 = (W)x[2 * m + i], v3 = (W)x[3 * m + i];   \
      s = s combine_op((term(v0) combine_op term(v1)) combine_op(term(v2) combine_op term(v3))); \
    }                                                                                       \
    for (int64_t i = 4 * m; i < n; i++) {                                                   \
      const W v = (W)x[i];                                                                  \
      s = s combine_op term(v);                                                             \
    }                                                                                       \
    return (A)s;                                                                            \
  }

#define COLUMNS(name, term, combine_op)                                                                      \
  BALBOA_CLONES static void NAME(name)(int64_t rows, int64_t stride, int64_t width, const void *from, void *to) { \
    const T *x = from;                                                                                       \
    A *acc = to;                                                                                             \
    int64_t r = 0;                                                                                           \
    for (; r + 4 <= rows; r += 4, x += 4 * stride) {                                                         \
      BALBOA_SIMD for (int64_t j = 0; j < width; j++) {                                                      \
        const W v0 = (W)x[j], v1 = (W)x[stride + j], v2 = (W)x[2 * stride + j], v3 = (W)x[3 * stride + j];   \
        acc[j] = (A)((W)acc[j] combine_op((term(v0) combine_op term(v1)) combine_op(term(v2) combine_op term(v3)))); \
      }                                                                                                      \
    }                                                                                                        \
    for (; r < rows; r++, x += stride) {                                                                     \
      BALBOA_SIMD for (int64_t j = 0; j < width; j++) {                                                      \
        const W v = (W)x[j];                                                                                 \
        acc[j] = (A)((W)acc[j] combine_op term(v));                                                          \
      }                                                                                                      \
    }                                                                                                        \
  }

/* The sum of a pair of rows, over the divisor if that is not 1. */
BALBOA_CLONES static void NAME(pair_sum)(int64_t stride, int64_t width, const void *from, double divisor, void *to) {
  const T *x = from;
  T *out = to;
  if (divisor == 1.0) {
    BALBOA_SIMD for (int64_t j = 0; j < width; j++) { out[j] = (T)((W)x[j] + (W)x[stride + j]); }
  } else {
    BALBOA_SIMD for (int64_t j = 0; j < width; j++) { out[j] = DIVIDE((W)x[j] + (W)x[stride + j], divisor); }
  }
}

#define SAME(v) (v)
#define SQUARED(v) ((v) * (v))

STREAMS(row_sum, 0, SAME, +)
ROWS(row_sum)
STREAMS(row_prod_long, 1, SAME, *)
STREAMS(row_sum_squares, 0, SQUARED, +)
ROWS(row_sum_squares)
COLUMNS(columns_sum, SAME, +)
COLUMNS(columns_prod, SAME, *)
COLUMNS(columns_sum_squares, SQUARED, +)

/* Joining vectors of partial products would take longer than a short row does. */
BALBOA_INLINE A NAME(row_prod_one)(int64_t n, const T *x) {
  if (n > 64) {
    return NAME(row_prod_long_one)(n, x);
  }
  W p0 = 1, p1 = 1, p2 = 1, p3 = 1;
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    p0 *= (W)x[i];
    p1 *= (W)x[i + 1];
    p2 *= (W)x[i + 2];
    p3 *= (W)x[i + 3];
  }
  for (; i < n; i++) {
    p0 *= (W)x[i];
  }
  return (A)((p0 * p1) * (p2 * p3));
}
ROWS(row_prod)

/* The extreme of a row; n >= 1. A NaN anywhere makes the result NaN. */
#define EXTREME(name, columns, order, reduction)                                                             \
  BALBOA_INLINE A NAME(name##_one)(int64_t n, const T *x) {                                                  \
    const int64_t half = n / 2;                                                                              \
    T m = x[n - 1], m1 = x[0];                                                                               \
    int nan = IS_NAN(x[n - 1]);                                                                              \
    BALBOA_SIMD_REDUCE_AND_FLAG(reduction, nan, m, m1) for (int64_t i = 0; i < half; i++) {                  \
      const T u = x[i], v = x[half + i];                                                                     \
      m = u order m ? u : m;                                                                                 \
      m1 = v order m1 ? v : m1;                                                                              \
      nan |= IS_NAN(u) | IS_NAN(v);                                                                          \
    }                                                                                                        \
    m = m1 order m ? m1 : m;                                                                                 \
    return nan ? NAN_VALUE : (A)m;                                                                           \
  }                                                                                                          \
  ROWS(name)                                                                                                 \
  BALBOA_CLONES static void NAME(columns)(int64_t rows, int64_t stride, int64_t width, const void *from,     \
                                          void *to) {                                                        \
    const T *x = from;                                                                                       \
    A *acc = to;                                                                                             \
    for (int64_t r = 0; r < rows; r++, x += stride) {                                                        \
      BALBOA_SIMD for (int64_t j = 0; j < width; j++) {                                                      \
        const A v = (A)x[j], m = acc[j];                                                                     \
        acc[j] = v order m || IS_NAN(v) ? v : m;                                                             \
      }                                                                                                      \
    }                                                                                                        \
  }

EXTREME(row_max, columns_max, >, max)
EXTREME(row_min, columns_min, <, min)

/* Row kernels, column kernels and the store of accumulators, in the order of enum balboa_reduce (MEAN as SUM). */
BALBOA_CLONES static void NAME(store)(int64_t n, const void *from, double divisor, void *to) {
  const A *acc = from;
  T *out = to;
  if (divisor == 1.0) {
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { out[i] = (T)acc[i]; }
  } else {
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { out[i] = DIVIDE(acc[i], divisor); }
  }
}

static void NAME(start)(int32_t kind, int64_t n, void *to) {
  A *acc = to;
  const A first = kind == BALBOA_REDUCE_PROD  ? (A)1
                  : kind == BALBOA_REDUCE_MAX ? LOWEST
                  : kind == BALBOA_REDUCE_MIN ? HIGHEST
                                              : (A)0;
  for (int64_t i = 0; i < n; i++) {
    acc[i] = first;
  }
}

/* acc[i] = acc[i] op part[i]. */
static void NAME(merge)(int32_t kind, int64_t n, const void *from, void *to) {
  const A *part = from;
  A *acc = to;
  for (int64_t i = 0; i < n; i++) {
    const A u = acc[i], v = part[i];
    acc[i] = kind == BALBOA_REDUCE_PROD  ? (A)((W)u * (W)v)
             : kind == BALBOA_REDUCE_MAX ? (v > u || IS_NAN(v) ? v : u)
             : kind == BALBOA_REDUCE_MIN ? (v < u || IS_NAN(v) ? v : u)
                                         : (A)((W)u + (W)v);
  }
}

static void NAME(rows)(int32_t kind, int64_t rows, int64_t n, const void *x, void *acc) {
  switch (n == 0 ? -1 : kind) {
    case BALBOA_REDUCE_MAX:
      NAME(row_max)(rows, n, x, acc);
      break;
    case BALBOA_REDUCE_MIN:
      NAME(row_min)(rows, n, x, acc);
      break;
    case BALBOA_REDUCE_PROD:
      NAME(row_prod)(rows, n, x, acc);
      break;
    case BALBOA_REDUCE_SUM_SQUARES:
      NAME(row_sum_squares)(rows, n, x, acc);
      break;
    case BALBOA_REDUCE_SUM:
    case BALBOA_REDUCE_MEAN:
      NAME(row_sum)(rows, n, x, acc);
      break;
    default:
      NAME(start)(kind, rows, acc);
      break;
  }
}

static void NAME(columns)(int32_t kind, int64_t rows, int64_t stride, int64_t width, const void *x, void *acc) {
  switch (kind) {
    case BALBOA_REDUCE_MAX:
      NAME(columns_max)(rows, stride, width, x, acc);
      break;
    case BALBOA_REDUCE_MIN:
      NAME(columns_min)(rows, stride, width, x, acc);
      break;
    case BALBOA_REDUCE_PROD:
      NAME(columns_prod)(rows, stride, width, x, acc);
      break;
    case BALBOA_REDUCE_SUM_SQUARES:
      NAME(columns_sum_squares)(rows, stride, width, x, acc);
      break;
    default:
      NAME(columns_sum)(rows, stride, width, x, acc);
      break;
  }
}

#undef ROWS
#undef STREAMS
#undef COLUMNS
#undef SAME
#undef SQUARED
#undef EXTREME
