/* Normalisation of rows for one element type: the including file defines E, the type of x, y and their gradients, with
 * LOAD(e) into and STORE(v) from f64, T, that of parameters and statistics, and NAME(x). Everything is computed in f64
 * and rounded once; most rows of f32 go forward by row_norm_vectors.h. */

BALBOA_CLONES static void NAME(statistics)(int64_t n, const E *x, int32_t centred, double *mean, double *variance) {
  const int64_t half = n / 2; /* two streams hide the latency of the additions */
  double sum = 0.0, more = 0.0;
  if (centred) {
    BALBOA_SIMD_REDUCE(+, sum, more) for (int64_t i = 0; i < half; i++) {
      sum += LOAD(x[i]);
      more += LOAD(x[half + i]);
    }
    sum += more + (n % 2 ? LOAD(x[n - 1]) : 0.0);
  }
  const double m = sum / (double)n;
  double squares = 0.0, others = 0.0;
  BALBOA_SIMD_REDUCE(+, squares, others) for (int64_t i = 0; i < half; i++) {
    const double d = LOAD(x[i]) - m, e = LOAD(x[half + i]) - m;
    squares += d * d;
    others += e * e;
  }
  const double last = n % 2 ? LOAD(x[n - 1]) - m : 0.0;
  *mean = m;
  *variance = (squares + others + last * last) / (double)n;
}

/* One parameter an element; a missing gamma is 1, a missing beta 0. */
BALBOA_CLONES static void NAME(apply_each)(int64_t n, const E *x, double mean, double scale, const T *gamma,
                                           const T *beta, E *y) {
  if (gamma != NULL && beta != NULL) {
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
      y[i] = STORE((LOAD(x[i]) - mean) * scale * (double)gamma[i] + (double)beta[i]);
    }
  } else if (gamma != NULL) {
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = STORE((LOAD(x[i]) - mean) * scale * (double)gamma[i]); }
  } else if (beta != NULL) {
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = STORE((LOAD(x[i]) - mean) * scale + (double)beta[i]); }
  } else {
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = STORE((LOAD(x[i]) - mean) * scale); }
  }
}

/* One parameter for all elements. */
BALBOA_CLONES static void NAME(apply_one)(int64_t n, const E *x, double mean, double scale, double shift, E *y) {
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) { y[i] = STORE((LOAD(x[i]) - mean) * scale + shift); }
}

static void NAME(forward)(void *context, int64_t begin, int64_t end) {
  const norm_job *job = context;
  const T *gamma = job->gamma, *beta = job->beta;
  T *means = job->mean, *variances = job->variance;
  const int64_t per_row = job->n / job->inner;
  for (int64_t r = begin; r < end; r++) {
    const E *x = (const E *)job->x + r * job->n;
    E *y = (E *)job->y + r * job->n;
    const int64_t p = r % job->groups * per_row;
    double mean, variance;
    NAME(statistics)(job->n, x, job->centred, &mean, &variance);
    if (job->centred) {
      means[r] = (T)mean;
    }
    variances[r] = (T)variance;
    const double scale = 1.0 / sqrt(variance + job->epsilon);
    if (job->inner == 1) {
      NAME(apply_each)(job->n, x, mean, scale, gamma ? gamma + p : NULL, beta ? beta + p : NULL, y);
      continue;
    }
    for (int64_t k = 0; k < per_row; k++) {
      NAME(apply_one)(job->inner, x + k * job->inner, mean, gamma ? scale * (double)gamma[p + k] : scale,
                      beta ? (double)beta[p + k] : 0.0, y + k * job->inner);
    }
  }
}

/* Sums of g and of g (x - mean) over n elements, g = dy gamma; gamma may be NULL. */
BALBOA_CLONES static void NAME(row_sums)(int64_t n, const E *x, double mean, const E *dy, const T *gamma, double *sum,
                                         double *product) {
  double s = 0.0, p = 0.0;
  if (gamma != NULL) {
    BALBOA_SIMD_REDUCE(+, s, p) for (int64_t i = 0; i < n; i++) {
      const double g = LOAD(dy[i]) * (double)gamma[i];
      s += g;
      p += g * (LOAD(x[i]) - mean);
    }
  } else {
    BALBOA_SIMD_REDUCE(+, s, p) for (int64_t i = 0; i < n; i++) {
      const double g = LOAD(dy[i]);
      s += g;
      p += g * (LOAD(x[i]) - mean);
    }
  }
  *sum = s;
  *product = p;
}

/* dx = scale (g - shift - slope (x - mean)); gamma, if there is one, has a value an element, else factor is it. */
BALBOA_CLONES static void NAME(apply_backward)(int64_t n, const E *x, double mean, const E *dy, const T *gamma,
                                               double factor, double scale, double shift, double slope, E *dx) {
  if (gamma != NULL) {
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
      dx[i] = STORE(scale * (LOAD(dy[i]) * (double)gamma[i] - shift - slope * (LOAD(x[i]) - mean)));
    }
  } else {
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
      dx[i] = STORE(scale * (LOAD(dy[i]) * factor - shift - slope * (LOAD(x[i]) - mean)));
    }
  }
}

static void NAME(backward)(void *context, int64_t begin, int64_t end) {
  const norm_job *job = context;
  const T *gammas = job->gamma, *means = job->mean, *variances = job->variance;
  const int64_t per_row = job->n / job->inner, inner = job->inner;
  for (int64_t r = begin; r < end; r++) {
    const E *x = (const E *)job->x + r * job->n, *dy = (const E *)job->dy + r * job->n;
    E *dx = (E *)job->y + r * job->n;
    const T *gamma = gammas ? gammas + r % job->groups * per_row : NULL;
    const double mean = job->centred ? (double)means[r] : 0.0;
    const double scale = 1.0 / sqrt((double)variances[r] + job->epsilon);
    double sum = 0.0, product = 0.0;
    if (inner == 1 || gamma == NULL) {
      NAME(row_sums)(job->n, x, mean, dy, gamma, &sum, &product);
    } else {
      for (int64_t k = 0; k < per_row; k++) {
        double s, p;
        NAME(row_sums)(inner, x + k * inner, mean, dy + k * inner, NULL, &s, &p);
        sum += s * (double)gamma[k];
        product += p * (double)gamma[k];
      }
    }
    const double shift = job->centred ? sum / (double)job->n : 0.0;
    const double slope = product * scale * scale / (double)job->n;
    if (inner == 1 || gamma == NULL) {
      NAME(apply_backward)(job->n, x, mean, dy, gamma, 1.0, scale, shift, slope, dx);
      continue;
    }
    for (int64_t k = 0; k < per_row; k++) {
      NAME(apply_backward)(inner, x + k * inner, mean, dy + k * inner, NULL, (double)gamma[k], scale, shift, slope,
                           dx + k * inner);
    }
  }
}

BALBOA_CLONES static void NAME(add_columns)(int64_t width, const E *x, double mean, double scale, const E *dy,
                                            double *dgamma, double *dbeta) {
  BALBOA_SIMD for (int64_t j = 0; j < width; j++) {
    dgamma[j] += LOAD(dy[j]) * ((LOAD(x[j]) - mean) * scale);
    dbeta[j] += LOAD(dy[j]);
  }
}

/* dgamma and dbeta of one tile of parameters: all rows that have them, in their order. */
static void NAME(parameters)(void *context, int64_t begin, int64_t end) {
  const norm_job *job = context;
  const T *means = job->mean, *variances = job->variance;
  const int64_t per_row = job->n / job->inner;
  for (int64_t t = begin; t < end; t++) {
    const int64_t group = t / job->tiles, first = t % job->tiles * job->tile;
    const int64_t width = bk_min(job->tile, per_row - first);
    double dgamma[NORM_TILE] = {0}, dbeta[NORM_TILE] = {0};
    for (int64_t r = group; r < job->rows; r += job->groups) {
      const int64_t at = r * job->n + first * job->inner;
      const E *x = (const E *)job->x + at, *dy = (const E *)job->dy + at;
      const double mean = job->centred ? (double)means[r] : 0.0;
      const double scale = 1.0 / sqrt((double)variances[r] + job->epsilon);
      if (job->inner == 1) {
        NAME(add_columns)(width, x, mean, scale, dy, dgamma, dbeta);
        continue;
      }
      for (int64_t k = 0; k < width; k++) {
        double s, p;
        NAME(row_sums)(job->inner, x + k * job->inner, mean, dy + k * job->inner, NULL, &s, &p);
        dbeta[k] += s;
        dgamma[k] += p * scale;
      }
    }
    for (int64_t k = 0; k < width; k++) {
      const int64_t p = group * per_row + first + k;
      if (job->dgamma != NULL) {
        ((T *)job->dgamma)[p] = (T)dgamma[k];
      }
      if (job->dbeta != NULL) {
        ((T *)job->dbeta)[p] = (T)dbeta[k];
      }
    }
  }
}
