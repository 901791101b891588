/* Local response normalisation for one element type: the including file defines T and NAME(x). */

/* s = k + alpha sum of squares of the channels in the window, for `width` neighbouring columns of channel c. */
BALBOA_CLONES static void NAME(scales)(const response_job *job, int64_t c, int64_t width, const T *x, double *s) {
  const int64_t from = bk_max(0, c - job->size / 2), to = bk_min(job->channels, c + (job->size - 1) / 2 + 1);
  for (int64_t j = 0; j < width; j++) {
    s[j] = 0.0;
  }
  for (int64_t i = from; i < to; i++) {
    const T *row = x + i * job->inner;
    BALBOA_SIMD for (int64_t j = 0; j < width; j++) { s[j] += (double)row[j] * (double)row[j]; }
  }
  BALBOA_SIMD for (int64_t j = 0; j < width; j++) { s[j] = job->k + job->alpha * s[j]; }
}

BALBOA_CLONES static void NAME(scaled)(int64_t width, const T *x, const double *power, T *y) {
  BALBOA_SIMD for (int64_t j = 0; j < width; j++) { y[j] = (T)((double)x[j] * power[j]); }
}

static void NAME(forward)(void *context, int64_t begin, int64_t end) {
  const response_job *job = context;
  double s[TILE], power[TILE];
  for (int64_t t = begin; t < end; t++) {
    const int64_t column = t % job->tiles * TILE, width = bk_min(TILE, job->inner - column);
    const int64_t at = t / job->tiles * job->channels * job->inner + column;
    const T *x = (const T *)job->x + at;
    T *y = (T *)job->y + at;
    for (int64_t c = 0; c < job->channels; c++) {
      NAME(scales)(job, c, width, x, s);
      powers(job->beta, width, s, power);
      NAME(scaled)(width, x + c * job->inner, power, y + c * job->inner);
    }
  }
}

/* power = s^-beta goes to dx for now, dy x s^-(beta + 1) to the scratch. */
BALBOA_CLONES static void NAME(terms)(int64_t width, const T *x, const T *dy, const double *s, const double *power,
                                      T *dx, T *term) {
  BALBOA_SIMD for (int64_t j = 0; j < width; j++) {
    dx[j] = (T)power[j];
    term[j] = (T)((double)dy[j] * (double)x[j] * power[j] / s[j]);
  }
}

BALBOA_CLONES static void NAME(gradient)(const response_job *job, int64_t c, int64_t width, const T *x, const T *dy,
                                         const T *terms, T *dx) {
  const int64_t from = bk_max(0, c - (job->size - 1) / 2), to = bk_min(job->channels, c + job->size / 2 + 1);
  const double factor = 2.0 * job->alpha * job->beta;
  double sum[TILE] = {0};
  for (int64_t i = from; i < to; i++) {
    const T *row = terms + i * job->inner;
    BALBOA_SIMD for (int64_t j = 0; j < width; j++) { sum[j] += (double)row[j]; }
  }
  BALBOA_SIMD for (int64_t j = 0; j < width; j++) {
    dx[j] = (T)((double)dy[j] * (double)dx[j] - factor * (double)x[j] * sum[j]);
  }
}

static void NAME(backward)(void *context, int64_t begin, int64_t end) {
  const response_job *job = context;
  double s[TILE], power[TILE];
  for (int64_t t = begin; t < end; t++) {
    const int64_t column = t % job->tiles * TILE, width = bk_min(TILE, job->inner - column);
    const int64_t at = t / job->tiles * job->channels * job->inner + column;
    const T *x = (const T *)job->x + at, *dy = (const T *)job->dy + at;
    T *dx = (T *)job->y + at, *terms = (T *)job->scratch + at;
    for (int64_t c = 0; c < job->channels; c++) {
      const int64_t row = c * job->inner;
      NAME(scales)(job, c, width, x, s);
      powers(job->beta, width, s, power);
      NAME(terms)(width, x + row, dy + row, s, power, dx + row, terms + row);
    }
    for (int64_t c = 0; c < job->channels; c++) {
      const int64_t row = c * job->inner;
      NAME(gradient)(job, c, width, x + row, dy + row, terms, dx + row);
    }
  }
}
