/*
 * Folds of columns for one element type. The including file defines T, NAME(x), EXP(x) for
 * x <= 0 and SCALED(v, p), what is squared for the norm. A fold visits `rows` rows of
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

/* exp(d), 1 for a d above 0: only an infinite maximum has any, and it is the result whatever they are. */
#define EXP_BELOW(d) EXP((d) > 0 ? (T)0 : (d))

FOLD(fold_sum, a[j] += v)
FOLD(fold_max, a[j] = v > a[j] ? v : a[j])
FOLD(fold_max_abs, a[j] = fabs(v) > a[j] ? fabs(v) : a[j])
FOLD(fold_deviations, const double d = v - p[j]; a[j] += d; b[j] += d * d)
FOLD(fold_squares, const double s = SCALED(v, p[j]); a[j] += s * s)
FOLD(fold_exps, a[j] += (double)EXP_BELOW((T)v - (T)p[j]))

/* The same of one contiguous line, in registers; four parts at once hide the latency of the additions. */
#define LINE_SUM(name, term)                                                                                 \
  BALBOA_CLONES static void NAME(name)(int64_t n, const void *from, double p, double *a, double *b) {        \
    const T *x = from;                                                                                       \
    const int64_t m = n / 4;                                                                                 \
    double s = 0.0;                                                                                          \
    (void)p, (void)b;                                                                                        \
    BALBOA_SIMD_REDUCE(+, s) for (int64_t i = 0; i < m; i++) {                                               \
      const double v0 = (double)x[i], v1 = (double)x[m + i];                                                 \
      const double v2 = (double)x[2 * m + i], v3 = (double)x[3 * m + i];                                     \
      s += (term(v0) + term(v1)) + (term(v2) + term(v3));                                                    \
    }                                                                                                        \
    for (int64_t i = 4 * m; i < n; i++) {                                                                    \
      const double v = (double)x[i];                                                                         \
      s += term(v);                                                                                          \
    }                                                                                                        \
    *a = s;                                                                                                  \
  }
#define LINE_MAX(name, term, first)                                                                          \
  BALBOA_CLONES static void NAME(name)(int64_t n, const void *from, double p, double *a, double *b) {        \
    const T *x = from;                                                                                       \
    const int64_t m = n / 2;                                                                                 \
    T s0 = first, s1 = first;                                                                                \
    (void)p, (void)b;                                                                                        \
    BALBOA_SIMD_REDUCE(max, s0, s1) for (int64_t i = 0; i < m; i++) {                                        \
      const T v0 = term(x[i]), v1 = term(x[m + i]);                                                          \
      s0 = v0 > s0 ? v0 : s0;                                                                                \
      s1 = v1 > s1 ? v1 : s1;                                                                                \
    }                                                                                                        \
    for (int64_t i = 2 * m; i < n; i++) {                                                                    \
      const T v = term(x[i]);                                                                                \
      s0 = v > s0 ? v : s0;                                                                                  \
    }                                                                                                        \
    *a = (double)(s1 > s0 ? s1 : s0);                                                                        \
  }
#define SAME(v) (v)
#define SIZE(v) ((v) < 0 ? -(v) : (v))
#define SQUARE(v) (SCALED(v, p) * SCALED(v, p))
LINE_SUM(line_sum, SAME)
LINE_SUM(line_squares, SQUARE)
LINE_MAX(line_max, SAME, -(T)INFINITY)
LINE_MAX(line_max_abs, SIZE, (T)0)

/* p is the largest element: a number of type T. */
BALBOA_CLONES static void NAME(line_exps)(int64_t n, const void *from, double p, double *a, double *b) {
  const T *x = from, most = (T)p;
  const int64_t m = n / 2;
  double s = 0.0;
  (void)b;
  BALBOA_SIMD_REDUCE(+, s) for (int64_t i = 0; i < m; i++) {
    s += (double)EXP_BELOW(x[i] - most) + (double)EXP_BELOW(x[m + i] - most);
  }
  for (int64_t i = 2 * m; i < n; i++) {
    s += (double)EXP_BELOW(x[i] - most);
  }
  *a = s;
}

BALBOA_CLONES static void NAME(line_deviations)(int64_t n, const void *from, double p, double *a, double *b) {
  const T *x = from;
  const int64_t m = n / 2;
  double d0 = 0.0, d1 = 0.0, q0 = 0.0, q1 = 0.0;
  BALBOA_SIMD_REDUCE(+, d0, d1, q0, q1) for (int64_t i = 0; i < m; i++) {
    const double u = (double)x[i] - p, v = (double)x[m + i] - p;
    d0 += u;
    d1 += v;
    q0 += u * u;
    q1 += v * v;
  }
  for (int64_t i = 2 * m; i < n; i++) {
    const double u = (double)x[i] - p;
    d0 += u;
    q0 += u * u;
  }
  *a = d0 + d1;
  *b = q0 + q1;
}
#undef LINE_SUM
#undef LINE_MAX
#undef SAME
#undef SIZE
#undef SQUARE

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
#undef EXP_BELOW
