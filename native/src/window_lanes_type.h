/* The largest element of each window of neighbouring planes, a vector of them at once. The including file defines T, M (an
 * integer as wide as T), VECTOR (bytes) and NAME(x). */

#if defined(__GNUC__)
typedef T NAME(lanes) __attribute__((vector_size(VECTOR), aligned(sizeof(T)), may_alias));
typedef M NAME(marks) __attribute__((vector_size(VECTOR), aligned(sizeof(M)), may_alias));
/* b where the mark is set, else a. */
#define NAME_CHOOSE(type, mark, a, b) ((type)(((NAME(marks))(b) & (mark)) | ((NAME(marks))(a) & ~(mark))))
#else
typedef T NAME(lanes);
typedef M NAME(marks);
#define NAME_CHOOSE(type, mark, a, b) ((mark) ? (b) : (a))
#endif
enum { NAME(LANES) = sizeof(NAME(lanes)) / sizeof(T) };

/* The window at position `first`, of d x h rows of k; positions are `stride` elements apart. */
BALBOA_INLINE void NAME(window)(const pool_windows *w, int64_t first, int64_t d, int64_t h, const int64_t k,
                                int64_t stride, const T *x, T *y, int32_t *index) {
  NAME(lanes) best = (NAME(lanes)){0} - (T)INFINITY;
  NAME(marks) place = (NAME(marks)){0} + (M)first;
  for (int64_t i = 0; i < d; i++) {
    for (int64_t j = 0; j < h; j++) {
      const int64_t row = first + (i * w->step[0] * w->in[1] + j * w->step[1]) * w->in[2];
      for (int64_t l = 0; l < k; l++) {
        const int64_t here = row + l * w->step[2];
        const NAME(lanes) v = *(const NAME(lanes) *)(x + here * stride);
        const NAME(marks) better = ~(v <= best) & (best == best); /* a NaN is, and stays */
        best = NAME_CHOOSE(NAME(lanes), better, best, v);
        place = NAME_CHOOSE(NAME(marks), better, place, (NAME(marks)){0} + (M)here);
      }
    }
  }
  *(NAME(lanes) *)y = best;
  if (index != NULL) {
    for (int l = 0; l < NAME(LANES); l++) {
      index[l] = (int32_t)((const M *)&place)[l];
    }
  }
}

/* A row of windows; their widths that occur most are constants for the compiler. */
BALBOA_CLONES static void NAME(window_row)(const pool_windows *w, const int64_t *at, int64_t stride, const T *x, T *y,
                                           int32_t *index) {
  const int64_t *f = w->first, *c = w->count;
  const int64_t start = (f[at[0]] * w->in[1] + f[at[1]]) * w->in[2], d = c[at[0]], h = c[at[1]];
  for (int64_t q = 0; q < w->out[2]; q++) {
    const int64_t first = start + f[at[2] + q], k = c[at[2] + q];
    int32_t *places = index == NULL ? NULL : index + q * stride;
    if (k == 2) {
      NAME(window)(w, first, d, h, 2, stride, x, y + q * stride, places);
    } else if (k == 3) {
      NAME(window)(w, first, d, h, 3, stride, x, y + q * stride, places);
    } else {
      NAME(window)(w, first, d, h, k, stride, x, y + q * stride, places);
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
    NAME(window_row)(w, at, job->inner, (const T *)job->from + outer * w->in_size * job->inner + lane,
                     (T *)job->to + to, job->index == NULL ? NULL : job->index + to);
  }
}

#undef NAME_CHOOSE
