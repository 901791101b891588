/* Losses of an output v against a target t for one element type: the including file defines T, NAME(x) and the
 * functions EXP, LOG, LOG1P and SIGMOID. The parameter is in scope as p. */

BALBOA_INLINE T NAME(magnitude)(T d) { return d < 0 ? -d : d; }

BALBOA_INLINE T NAME(sign)(T d) { return d > 0 ? (T)1 : (d < 0 ? (T)-1 : d); }

/* Quadratic up to the bound, then linear. */
BALBOA_INLINE T NAME(rounded)(T d, T bound) {
  const T m = d < bound ? d : bound;
  return m * (d - (T)0.5 * m);
}

BALBOA_INLINE T NAME(bounded)(T d, T bound) { return d > bound ? bound : (d < -bound ? -bound : d); }

/* A logarithm, but not below -100. */
BALBOA_INLINE T NAME(log_or_100)(T l) { return l < (T)-100 ? (T)-100 : l; }

BALBOA_INLINE T NAME(bce)(T v, T t) {
  return -(t * NAME(log_or_100)(LOG(v)) + ((T)1 - t) * NAME(log_or_100)(LOG1P(-v)));
}

/* Where a logarithm is bounded its slope is 0. */
BALBOA_INLINE T NAME(bce_slope)(T v, T t) {
  const T both = (v - t) / (v * ((T)1 - v));
  const T without_yes = ((T)1 - t) / ((T)1 - v), without_no = -t / v;
  return LOG(v) < (T)-100 ? without_yes : (LOG1P(-v) < (T)-100 ? without_no : both);
}

/* t softplus(-v) + (1 - t) softplus(v) */
BALBOA_INLINE T NAME(logit)(T v, T t) {
  const T s = LOG1P(EXP(-NAME(magnitude)(v)));
  const T z = t * (s + (v < 0 ? -v : (T)0)) + ((T)1 - t) * (s + (v > 0 ? v : (T)0));
  return v == v ? z : v;
}

BALBOA_INLINE T NAME(log_of_share)(T t) { return LOG(t == 0 ? (T)1 : t); }

/* What the loss of one element is, and its derivatives by the output and by the target. */
#define KINDS(ENTRY)                                                                                                 \
  ENTRY(squared, d * d, 2 * d, -2 * d)                                                                               \
  ENTRY(absolute, NAME(magnitude)(d), NAME(sign)(d), -NAME(sign)(d))                                                 \
  ENTRY(huber, NAME(rounded)(NAME(magnitude)(d), p), NAME(bounded)(d, p), -NAME(bounded)(d, p))                      \
  ENTRY(bce, NAME(bce)(v, t), NAME(bce_slope)(v, t), NAME(log_or_100)(LOG1P(-v)) - NAME(log_or_100)(LOG(v)))         \
  ENTRY(logits, NAME(logit)(v, t), ((T)1 - t) * SIGMOID(v) - t * SIGMOID(-v), -v)                                    \
  ENTRY(divergence, t *(NAME(log_of_share)(t) - v), -t, (t == 0 ? (T)0 : NAME(log_of_share)(t) + (T)1) - v)         \
  ENTRY(poisson, EXP(v) - t * v, EXP(v) - t, -v)

#define LOOPS(kind, loss, by_output, by_target)                                                                      \
  BALBOA_CLONES static void NAME(each_##kind)(int64_t n, const T *x, const T *y, T p, T *out) {                      \
    (void)p;                                                                                                         \
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                                                    \
      const T v = x[i], t = y[i], d = v - t;                                                                         \
      (void)d;                                                                                                       \
      out[i] = loss;                                                                                                 \
    }                                                                                                                \
  }                                                                                                                  \
  BALBOA_CLONES static double NAME(sum_##kind)(int64_t n, const T *x, const T *y, T p) {                             \
    (void)p;                                                                                                         \
    double sum = 0.0;                                                                                                \
    BALBOA_SIMD_REDUCE(+, sum) for (int64_t i = 0; i < n; i++) {                                                     \
      const T v = x[i], t = y[i], d = v - t;                                                                         \
      (void)d;                                                                                                       \
      sum += (double)(loss);                                                                                         \
    }                                                                                                                \
    return sum;                                                                                                      \
  }                                                                                                                  \
  /* From one gradient for all, or (step 1) one for each. */                                                         \
  BALBOA_CLONES static void NAME(slope_##kind)(int64_t n, const T *x, const T *y, T p, const T *g, int64_t step,     \
                                               T scale, T *dx) {                                                     \
    (void)p;                                                                                                         \
    if (step == 0) {                                                                                                 \
      const T c = g[0] * scale;                                                                                      \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                                                  \
        const T v = x[i], t = y[i], d = v - t;                                                                       \
        (void)v, (void)t, (void)d;                                                                                   \
        dx[i] = c * (by_output);                                                                                     \
      }                                                                                                              \
    } else {                                                                                                         \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                                                  \
        const T v = x[i], t = y[i], d = v - t;                                                                       \
        (void)v, (void)t, (void)d;                                                                                   \
        dx[i] = g[i] * (by_output);                                                                                  \
      }                                                                                                              \
    }                                                                                                                \
  }                                                                                                                  \
  BALBOA_CLONES static void NAME(slopes_##kind)(int64_t n, const T *x, const T *y, T p, const T *g, int64_t step,    \
                                                T scale, T *dx, T *dy) {                                             \
    (void)p;                                                                                                         \
    if (step == 0) {                                                                                                 \
      const T c = g[0] * scale;                                                                                      \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                                                  \
        const T v = x[i], t = y[i], d = v - t;                                                                       \
        (void)v, (void)t, (void)d;                                                                                   \
        dx[i] = c * (by_output);                                                                                     \
        dy[i] = c * (by_target);                                                                                     \
      }                                                                                                              \
    } else {                                                                                                         \
      BALBOA_SIMD for (int64_t i = 0; i < n; i++) {                                                                  \
        const T v = x[i], t = y[i], d = v - t;                                                                       \
        (void)v, (void)t, (void)d;                                                                                   \
        dx[i] = g[i] * (by_output);                                                                                  \
        dy[i] = g[i] * (by_target);                                                                                  \
      }                                                                                                              \
    }                                                                                                                \
  }

KINDS(LOOPS)

typedef struct {
  void (*each)(int64_t n, const T *x, const T *y, T p, T *out);
  double (*sum)(int64_t n, const T *x, const T *y, T p);
  void (*slope)(int64_t n, const T *x, const T *y, T p, const T *g, int64_t step, T scale, T *dx);
  void (*slopes)(int64_t n, const T *x, const T *y, T p, const T *g, int64_t step, T scale, T *dx, T *dy);
} NAME(loops);

#define ROW(kind, loss, by_output, by_target) \
  {NAME(each_##kind), NAME(sum_##kind), NAME(slope_##kind), NAME(slopes_##kind)},
static const NAME(loops) NAME(kinds)[] = {KINDS(ROW)};
#undef ROW
#undef LOOPS
#undef KINDS

typedef struct {
  const NAME(loops) *loops;
  const T *x, *y, *g;
  T *out, *dx, *dy;
  T p, scale;
  int64_t step, size, n;
  double parts[BK_PARTS];
} NAME(job);

static void NAME(each_range)(void *context, int64_t begin, int64_t end) {
  const NAME(job) *j = context;
  j->loops->each(end - begin, j->x + begin, j->y + begin, j->p, j->out + begin);
}

static void NAME(sum_range)(void *context, int64_t begin, int64_t end) {
  NAME(job) *j = context;
  for (int64_t part = begin; part < end; part++) {
    const int64_t first = part * j->size;
    j->parts[part] = j->loops->sum(bk_min(j->size, j->n - first), j->x + first, j->y + first, j->p);
  }
}

static void NAME(slope_range)(void *context, int64_t begin, int64_t end) {
  const NAME(job) *j = context;
  const T *g = j->g + begin * j->step;
  if (j->dy == NULL) {
    j->loops->slope(end - begin, j->x + begin, j->y + begin, j->p, g, j->step, j->scale, j->dx + begin);
  } else {
    j->loops->slopes(end - begin, j->x + begin, j->y + begin, j->p, g, j->step, j->scale, j->dx + begin, j->dy + begin);
  }
}

static void NAME(forward)(int32_t kind, double parameter, int32_t reduction, int64_t n, const void *x, const void *y,
                          void *loss) {
  NAME(job) j = {.loops = NAME(kinds) + kind, .x = x, .y = y, .out = loss, .p = (T)parameter, .n = n};
  if (reduction == BALBOA_REDUCTION_NONE) {
    bk_parallel(n, BK_GRAIN_CHEAP / 4, NAME(each_range), &j);
    return;
  }
  const bk_parts parts = bk_cut(n, 4096);
  j.size = parts.size;
  bk_parallel(parts.count, 2, NAME(sum_range), &j);
  double sum = 0.0;
  for (int64_t part = 0; part < parts.count; part++) {
    sum += j.parts[part];
  }
  *(T *)loss = (T)(reduction == BALBOA_REDUCTION_MEAN ? sum / (double)n : sum);
}

static void NAME(backward)(int32_t kind, double parameter, int32_t reduction, int64_t n, const void *x, const void *y,
                           const void *dloss, void *dx, void *dy) {
  NAME(job) j = {.loops = NAME(kinds) + kind, .x = x, .y = y, .g = dloss, .dx = dx, .dy = dy, .p = (T)parameter,
                 .step = reduction == BALBOA_REDUCTION_NONE,
                 .scale = reduction == BALBOA_REDUCTION_MEAN ? (T)(1.0 / (double)n) : (T)1};
  bk_parallel(n, BK_GRAIN_CHEAP / 4, NAME(slope_range), &j);
}
