/* Maximum pooling of neighbouring planes and its derivative, a vector of planes at once. The including file defines T, M (an
 * integer as wide as T), VECTOR (bytes) and NAME(x); where elements are stored as another type than T, also STORED, LOAD(x)
 * and STORE(x), and there is no derivative. */

#ifndef STORED
#define STORED T
#define LOAD(x) (x)
#define STORE(x) (x)
#define DERIVATIVE
#endif

enum { NAME(LANES) = VECTOR / sizeof(T) };

/* The window at position `first`, of d x h rows of k; positions are `stride` elements apart. Loops over lanes and not
 * vector types, which would be taken apart for the lowest processor before the clones are made. */
BALBOA_INLINE void NAME(window)(const pool_windows *w, int64_t first, int64_t d, int64_t h, const int64_t k,
                                int64_t stride, const STORED *x, STORED *y, int32_t *index) {
  T best[NAME(LANES)];
  M place[NAME(LANES)];
  BALBOA_SIMD for (int c = 0; c < NAME(LANES); c++) {
    best[c] = -(T)INFINITY;
    place[c] = (M)first;
  }
  for (int64_t i = 0; i < d; i++) {
    for (int64_t j = 0; j < h; j++) {
      const int64_t row = first + (i * w->step[0] * w->in[1] + j * w->step[1]) * w->in[2];
      for (int64_t l = 0; l < k; l++) {
        const int64_t here = row + l * w->step[2];
        const STORED *v = x + here * stride;
        BALBOA_SIMD for (int c = 0; c < NAME(LANES); c++) {
          const T value = LOAD(v[c]);
          const int better = !(value <= best[c]) & (best[c] == best[c]); /* a NaN is, and stays */
          best[c] = better ? value : best[c];
          place[c] = better ? (M)here : place[c];
        }
      }
    }
  }
  BALBOA_SIMD for (int c = 0; c < NAME(LANES); c++) { y[c] = STORE(best[c]); }
  if (index != NULL) {
    BALBOA_SIMD for (int c = 0; c < NAME(LANES); c++) { index[c] = (int32_t)place[c]; }
  }
}

/* A window of any width; those that occur most are constants for the compiler. */
BALBOA_INLINE void NAME(sized_window)(const pool_windows *w, int64_t first, int64_t d, int64_t h, int64_t k,
                                      int64_t stride, const STORED *x, STORED *y, int32_t *index) {
  if (k == 2) {
    NAME(window)(w, first, d, h, 2, stride, x, y, index);
  } else if (k == 3) {
    NAME(window)(w, first, d, h, 3, stride, x, y, index);
  } else {
    NAME(window)(w, first, d, h, k, stride, x, y, index);
  }
}

/* A row of windows; that there are no places, which take a fifth of the time, is a constant for the compiler too. */
BALBOA_CLONES static void NAME(window_row)(const pool_windows *w, const int64_t *at, int64_t stride, const STORED *x,
                                           STORED *y, int32_t *index) {
  const int64_t *f = w->first, *c = w->count;
  const int64_t start = (f[at[0]] * w->in[1] + f[at[1]]) * w->in[2], d = c[at[0]], h = c[at[1]];
  for (int64_t q = 0; q < w->out[2]; q++) {
    const int64_t first = start + f[at[2] + q], k = c[at[2] + q];
    if (index == NULL) {
      NAME(sized_window)(w, first, d, h, k, stride, x, y + q * stride, NULL);
    } else {
      NAME(sized_window)(w, first, d, h, k, stride, x, y + q * stride, index + q * stride);
    }
  }
}

/* A range of rows of outputs, row after row of each vector of planes. */
static void NAME(max_lanes)(void *context, int64_t begin, int64_t end) {
  const window_job *job = context;
  const pool_windows *w = &job->w;
  const int64_t rows = w->out[0] * w->out[1], vectors = job->inner / NAME(LANES);
  for (int64_t t = begin; t < end; t++) {
    const int64_t row = t % rows, outer = t / rows / vectors, lane = t / rows % vectors * NAME(LANES);
    int64_t at[3];
    position(w, row * w->out[2], at);
    const int64_t to = (outer * w->out_size + row * w->out[2]) * job->inner + lane;
    NAME(window_row)(w, at, job->inner, (const STORED *)job->from + outer * w->in_size * job->inner + lane,
                     (STORED *)job->to + to, job->index == NULL ? NULL : job->index + to);
  }
}

#ifdef DERIVATIVE
/* The derivative of a window: dy goes where the maximum was, nothing elsewhere. In windows that tile the plane each element
 * of dx is written once; others add. */
BALBOA_INLINE void NAME(window_back)(const pool_windows *w, int64_t first, int64_t d, int64_t h, const int64_t k,
                                     int64_t stride, const int tiles, const int32_t *index, const T *dy, T *dx) {
  T g[NAME(LANES)];
  M place[NAME(LANES)];
  BALBOA_SIMD for (int c = 0; c < NAME(LANES); c++) {
    g[c] = dy[c];
    place[c] = (M)index[c];
  }
  for (int64_t i = 0; i < d; i++) {
    for (int64_t j = 0; j < h; j++) {
      const int64_t row = first + (i * w->step[0] * w->in[1] + j * w->step[1]) * w->in[2];
      for (int64_t l = 0; l < k; l++) {
        const int64_t here = row + l * w->step[2];
        T *to = dx + here * stride;
        BALBOA_SIMD for (int c = 0; c < NAME(LANES); c++) {
          const T v = place[c] == (M)here ? g[c] : 0;
          to[c] = tiles ? v : to[c] + v;
        }
      }
    }
  }
}

/* A row of windows, as above. */
BALBOA_CLONES static void NAME(window_row_back)(const pool_windows *w, const int64_t *at, int64_t stride,
                                                const int32_t *index, const T *dy, T *dx) {
  const int64_t *f = w->first, *c = w->count;
  const int64_t start = (f[at[0]] * w->in[1] + f[at[1]]) * w->in[2], d = c[at[0]], h = c[at[1]];
  for (int64_t q = 0; q < w->out[2]; q++) {
    const int64_t first = start + f[at[2] + q], k = c[at[2] + q];
    const int32_t *places = index + q * stride;
    const T *g = dy + q * stride;
    if (w->tiles && k == 2) {
      NAME(window_back)(w, first, d, h, 2, stride, 1, places, g, dx);
    } else if (w->tiles) {
      NAME(window_back)(w, first, d, h, k, stride, 1, places, g, dx);
    } else if (k == 3) {
      NAME(window_back)(w, first, d, h, 3, stride, 0, places, g, dx);
    } else {
      NAME(window_back)(w, first, d, h, k, stride, 0, places, g, dx);
    }
  }
}

/* A range of vectors of planes. */
static void NAME(max_back)(void *context, int64_t begin, int64_t end) {
  const window_job *job = context;
  const pool_windows *w = &job->w;
  const int64_t rows = w->out[0] * w->out[1], vectors = job->inner / NAME(LANES);
  for (int64_t t = begin; t < end; t++) {
    const int64_t outer = t / vectors, lane = t % vectors * NAME(LANES);
    const int64_t from = outer * w->out_size * job->inner + lane;
    T *dx = (T *)job->to + outer * w->in_size * job->inner + lane;
    for (int64_t i = 0; i < w->in_size && !w->tiles; i++) {
      memset(dx + i * job->inner, 0, VECTOR);
    }
    for (int64_t row = 0; row < rows; row++) {
      int64_t at[3];
      position(w, row * w->out[2], at);
      const int64_t o = from + row * w->out[2] * job->inner;
      NAME(window_row_back)(w, at, job->inner, job->index + o, (const T *)job->from + o, dx);
    }
  }
}
#endif

#undef STORED
#undef LOAD
#undef STORE
#undef DERIVATIVE
