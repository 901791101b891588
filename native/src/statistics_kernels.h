/*
 * Folds of columns for one element type. The including file defines T, NAME(x) and EXP(x). A fold visits `rows` rows of
 * `width` elements, `stride` apart, and keeps what it collects of column j in a[j] and b[j]; p[j] is its parameter.
 */
#define FOLD(name, update)                                                                                 \
  BALBOA_CLONES static void NAME(name)(int64_t rows, int64_t stride, int64_t width, const void *from,      \
                                       const double *p, double *a, double *b) {                            \
    const T *x = from;                                                                                     \
    (void)p, (void)b;                                                                                      \
    for (int64_t r = 0; r < rows; r++, x += stride) {                                                      \
      BALBOA_SIMD for (int64_t j = 0; j < width; j++) {                                                    \
        const double v = (double)x[j];                                                                     \
        update;                                                                                            \
      }                                                                                                    \
    }                                                                                                      \
  }

FOLD(fold_sum, a[j] += v)
FOLD(fold_max, a[j] = v > a[j] ? v : a[j])
FOLD(fold_max_abs, a[j] = fabs(v) > a[j] ? fabs(v) : a[j])
FOLD(fold_deviations, const double d = v - p[j]; a[j] += d; b[j] += d * d)
FOLD(fold_squares, const double s = v * p[j]; a[j] += s * s)
FOLD(fold_exps, a[j] += (double)EXP((T)(v - p[j])))

BALBOA_CLONES static void NAME(center)(int64_t rows, int64_t stride, int64_t width, const void *from, const double *p,
                                       void *to) {
  const T *x = from;
  T *y = to;
  for (int64_t r = 0; r < rows; r++, x += stride, y += stride) {
    BALBOA_SIMD for (int64_t j = 0; j < width; j++) { y[j] = (T)((double)x[j] - p[j]); }
  }
}

static void NAME(store)(int64_t n, const double *from, void *to) {
  T *out = to;
  for (int64_t i = 0; i < n; i++) {
    out[i] = (T)from[i];
  }
}

#undef FOLD
