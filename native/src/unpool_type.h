/* Unpooling for one type of elements and one of indices: the including file defines T, I and NAME(x). */

enum { NAME(LANES) = 64 / sizeof(T) }; /* planes that share a cache line */

/* Elements [first, last) of neighbouring planes: zeros, and then, while they are in the cache, the values that belong there,
 * in their order. Without comparisons where that is all of a plane. */
BALBOA_INLINE void NAME(fill)(const unpool_job *job, int64_t first, int64_t last, const int whole, const int64_t lanes,
                              const I *indices, const T *y, T *x) {
  const int64_t inner = job->inner, size = job->size;
  if (lanes == inner) {
    memset(x + first * inner, 0, (size_t)((last - first) * inner) * sizeof(T));
  } else {
    for (int64_t r = first; r < last; r++) {
      memset(x + r * inner, 0, (size_t)lanes * sizeof(T));
    }
  }
  for (int64_t k = 0; k < job->count; k++) {
    for (int64_t c = 0; c < lanes; c++) {
      const int64_t v = indices[k * inner + c], r = v < 0 ? v + size : v;
      if (whole || (r >= first && r < last)) {
        x[r * inner + c] += y[k * inner + c];
      }
    }
  }
}

/* The same of a plane alone. */
static void NAME(fill_plane)(const unpool_job *job, const I *indices, const T *y, T *x) {
  const int64_t size = job->size, count = job->count;
  memset(x, 0, (size_t)size * sizeof(T));
  BALBOA_UNROLL(8) for (int64_t k = 0; k < count; k++) {
    const int64_t v = indices[k];
    x[v < 0 ? v + size : v] += y[k];
  }
}

/* A range of elements of planes, where as many planes as share a cache line count as one. */
static void NAME(unpool)(void *context, int64_t begin, int64_t end) {
  const unpool_job *job = context;
  const int64_t inner = job->inner, size = job->size, vectors = (inner + NAME(LANES) - 1) / NAME(LANES);
  for (int64_t t = begin / size; t * size < end; t++) {
    const int64_t first = bk_max(begin - t * size, 0), last = bk_min(end - t * size, size);
    const int64_t outer = t / vectors, lane = t % vectors * NAME(LANES), lanes = bk_min(NAME(LANES), inner - lane);
    const int64_t from = outer * job->count * inner + lane;
    const I *indices = (const I *)job->indices + from;
    const T *y = (const T *)job->y + from;
    T *x = (T *)job->x + outer * size * inner + lane;
    if (last - first < size) {
      NAME(fill)(job, first, last, 0, lanes, indices, y, x);
    } else if (lanes == NAME(LANES)) {
      NAME(fill)(job, 0, size, 1, NAME(LANES), indices, y, x);
    } else if (inner == 1) {
      NAME(fill_plane)(job, indices, y, x);
    } else {
      NAME(fill)(job, 0, size, 1, lanes, indices, y, x);
    }
  }
}
