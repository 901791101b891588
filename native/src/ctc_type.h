/* Connectionist temporal classification for one element type: the including file defines T and NAME(x). */

static double NAME(log_probability)(const ctc *j, int64_t t, int64_t n, int64_t s) {
  return (double)((const T *)j->x)[(t * j->batch + n) * j->classes + class_at(j, n, s)];
}

/* Log-probabilities of the alignments up to place s at step t, from those of the step before: they stay, come from the
 * place before, or skip the blank before a label. */
BALBOA_CLONES static void NAME(ahead)(const ctc *j, int64_t n, int64_t t, int64_t places, const double *before,
                                      double *after) {
  const T *x = (const T *)j->x + (t * j->batch + n) * j->classes;
  const int32_t *label = j->targets + n * j->width;
  const int64_t labels = places / 2;
  const double blank = (double)x[j->blank];
  after[0] = before[0] + blank;
  BALBOA_SIMD for (int64_t i = 1; i <= labels; i++) {
    after[2 * i] = SUM(before[2 * i], before[2 * i - 1], -INFINITY) + blank;
  }
  if (labels > 0) {
    after[1] = SUM(before[1], before[0], -INFINITY);
  }
  BALBOA_SIMD for (int64_t i = 1; i < labels; i++) {
    const double two = before[2 * i - 1];
    after[2 * i + 1] = SUM(before[2 * i + 1], before[2 * i], label[i] != label[i - 1] ? two : -INFINITY);
  }
  for (int64_t i = 0; i < labels; i++) {
    after[2 * i + 1] += (double)x[label[i]];
  }
}

/* The same backwards: of the alignments from place s on after step t - 1, from those after step t. */
BALBOA_CLONES static void NAME(behind)(const ctc *j, int64_t n, int64_t t, int64_t places, double *after,
                                       double *before) {
  const T *x = (const T *)j->x + (t * j->batch + n) * j->classes;
  const int32_t *label = j->targets + n * j->width;
  const int64_t labels = places / 2;
  const double blank = (double)x[j->blank];
  for (int64_t i = 0; i < labels; i++) {
    after[2 * i] += blank;
    after[2 * i + 1] += (double)x[label[i]];
  }
  after[2 * labels] += blank;
  BALBOA_SIMD for (int64_t i = 0; i < labels; i++) {
    before[2 * i] = SUM(after[2 * i], after[2 * i + 1], -INFINITY);
  }
  before[2 * labels] = after[2 * labels];
  BALBOA_SIMD for (int64_t i = 0; i < labels - 1; i++) {
    const double two = after[2 * i + 3];
    before[2 * i + 1] = SUM(after[2 * i + 1], after[2 * i + 2], label[i] != label[i + 1] ? two : -INFINITY);
  }
  if (labels > 0) {
    before[2 * labels - 1] = SUM(after[2 * labels - 1], after[2 * labels], -INFINITY);
  }
}

/* alpha[s] = how much of all alignments passes place s. */
BALBOA_CLONES static void NAME(shares)(int64_t places, const double *beta, double loss, double *alpha) {
  BALBOA_SIMD for (int64_t s = 0; s < places; s++) { alpha[s] = EXP(alpha[s] + beta[s] + loss); }
}

static void NAME(start)(const ctc *j, int64_t n, int64_t places, double *alpha) {
  for (int64_t s = 0; s < places; s++) {
    alpha[s] = s < 2 ? NAME(log_probability)(j, 0, n, s) : -INFINITY;
  }
}

static void NAME(loss_range)(void *context, int64_t begin, int64_t end) {
  const ctc *j = context;
  const int64_t width = 2 * j->width + 1;
  for (int64_t n = begin; n < end; n++) {
    const int64_t steps = j->input_lengths[n], places = 2 * (int64_t)j->target_lengths[n] + 1;
    double *alpha = j->work + n * 2 * width, *next = alpha + width;
    if (steps > 0) {
      NAME(start)(j, n, places, alpha);
    }
    for (int64_t t = 1; t < steps; t++) {
      NAME(ahead)(j, n, t, places, alpha, next);
      double *swap = alpha;
      alpha = next;
      next = swap;
    }
    ((T *)j->out)[n] = (T)loss_of(j, steps, places, alpha);
  }
}

static void NAME(gradient_of)(const ctc *j, int64_t n) {
  const int64_t width = 2 * j->width + 1, steps = j->input_lengths[n];
  const int64_t places = 2 * (int64_t)j->target_lengths[n] + 1;
  double *alpha = j->work + n * (j->steps + 1) * width, *beta = alpha + j->steps * width;
  T *dx = j->out;
  for (int64_t t = 0; t < j->steps; t++) {
    memset(dx + (t * j->batch + n) * j->classes, 0, (size_t)j->classes * sizeof(T));
  }
  if (steps == 0) {
    return;
  }
  NAME(start)(j, n, places, alpha);
  for (int64_t t = 1; t < steps; t++) {
    NAME(ahead)(j, n, t, places, alpha + (t - 1) * width, alpha + t * width);
  }
  const double loss = -end_of(places, alpha + (steps - 1) * width);
  if (!isfinite(loss)) {
    for (int64_t i = 0; i < steps * j->classes && !(j->zero_infinity && loss == INFINITY); i++) {
      dx[(i / j->classes * j->batch + n) * j->classes + i % j->classes] = (T)NAN;
    }
    return;
  }
  const double dloss = (double)((const T *)j->dloss)[n];
  for (int64_t s = 0; s < places; s++) {
    beta[s] = s >= places - 2 ? 0.0 : -INFINITY;
  }
  for (int64_t t = steps - 1; t >= 0; t--) {
    T *row = dx + (t * j->batch + n) * j->classes;
    double *share = alpha + t * width, blanks = 0.0;
    NAME(shares)(places, beta, loss, share);
    for (int64_t s = 0; s < places; s++) {
      if (s % 2 == 0) {
        blanks += share[s];
      } else {
        row[class_at(j, n, s)] -= (T)(dloss * share[s]); /* a class may have several places */
      }
    }
    row[j->blank] = (T)(-dloss * blanks);
    if (t > 0) {
      NAME(behind)(j, n, t, places, beta, share);
      beta = share; /* nobody asks for it again */
    }
  }
}

static void NAME(gradient_range)(void *context, int64_t begin, int64_t end) {
  const ctc *j = context;
  for (int64_t n = begin; n < end; n++) {
    NAME(gradient_of)(j, n);
  }
}
