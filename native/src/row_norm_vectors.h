/* Layer and root-mean-square normalisation of F32 rows with a parameter for each element, by whole vectors. Sums are in
 * F64. What is subtracted is the mean in two parts, so that a difference has a relative error of F32's own, however much
 * larger than the differences the mean is. */

typedef float narrow __attribute__((vector_size(32), aligned(4), may_alias));
typedef float vec __attribute__((vector_size(64), aligned(4), may_alias));
typedef double wide __attribute__((vector_size(64), aligned(8), may_alias));

enum { EIGHT = 8, SUMS = 4 };

/* What is subtracted from x. */
typedef struct {
  float high, low;
} centre;

/* Adds eight differences, or their squares. */
BALBOA_INLINE void add_eight(const int squared, const float *x, centre c, wide *sum) {
  const wide d = __builtin_convertvector(*(const narrow *)x - c.high - c.low, wide);
  if (squared) {
    *sum += d * d;
  } else {
    *sum += d;
  }
}

/* The sum of differences, or of their squares, in so many streams that the latency of additions is hidden. */
BALBOA_INLINE double sum_of(const int squared, int64_t n, const float *x, centre c) {
  wide sums[SUMS] = {{0}};
  int64_t i = 0;
  for (; n - i >= SUMS * EIGHT; i += SUMS * EIGHT) {
    BALBOA_UNROLL(4) for (int s = 0; s < SUMS; s++) { add_eight(squared, x + i + s * EIGHT, c, &sums[s]); }
  }
  for (; n - i >= EIGHT; i += EIGHT) {
    add_eight(squared, x + i, c, &sums[0]);
  }
  const wide all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  double sum = 0;
  for (int l = 0; l < EIGHT; l++) {
    sum += all[l];
  }
  for (; i < n; i++) {
    const double d = (double)(x[i] - c.high - c.low);
    sum += squared ? d * d : d;
  }
  return sum;
}

/* y = (x - c) scale gamma + beta */
BALBOA_INLINE void apply_row(const int has_gamma, const int has_beta, int64_t n, const float *x, centre c, float scale,
                             const float *gamma, const float *beta, float *y) {
  int64_t i = 0;
  for (; n - i >= 2 * EIGHT; i += 2 * EIGHT) {
    vec v = (*(const vec *)(x + i) - c.high - c.low) * scale;
    if (has_gamma) {
      v *= *(const vec *)(gamma + i);
    }
    if (has_beta) {
      v += *(const vec *)(beta + i);
    }
    *(vec *)(y + i) = v;
  }
  for (; i < n; i++) {
    float v = (x[i] - c.high - c.low) * scale;
    v = has_gamma ? v * gamma[i] : v;
    y[i] = has_beta ? v + beta[i] : v;
  }
}

/* One row; whether F32 could hold all that is between x and y. */
BALBOA_CLONES static int normalise(const norm_job *job, const float *x, const float *gamma, const float *beta, float *y,
                                   float *mean, float *variance) {
  const int64_t n = job->n;
  const double m = job->centred ? sum_of(0, n, x, (centre){0, 0}) / (double)n : 0;
  const centre c = {(float)m, (float)(m - (double)(float)m)};
  const double v = sum_of(1, n, x, c) / (double)n, scale = 1 / sqrt(v + job->epsilon);
  if (!(v <= FLT_MAX) || !(scale <= FLT_MAX)) {
    return 0;
  }
  if (job->centred) {
    *mean = (float)m;
  }
  *variance = (float)v;
  if (gamma != NULL && beta != NULL) {
    apply_row(1, 1, n, x, c, (float)scale, gamma, beta, y);
  } else if (gamma != NULL) {
    apply_row(1, 0, n, x, c, (float)scale, gamma, beta, y);
  } else if (beta != NULL) {
    apply_row(0, 1, n, x, c, (float)scale, gamma, beta, y);
  } else {
    apply_row(0, 0, n, x, c, (float)scale, gamma, beta, y);
  }
  return 1;
}

static void forward_vectors(void *context, int64_t begin, int64_t end) {
  const norm_job *job = context;
  const float *gamma = job->gamma, *beta = job->beta;
  float *mean = job->mean, *variance = job->variance;
  for (int64_t r = begin; r < end; r++) {
    const int64_t at = r * job->n, p = r % job->groups * job->n;
    if (!normalise(job, (const float *)job->x + at, gamma ? gamma + p : NULL, beta ? beta + p : NULL,
                   (float *)job->y + at, job->centred ? mean + r : NULL, variance + r)) {
      forward_f32(context, r, r + 1);
    }
  }
}
