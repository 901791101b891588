/* Connectionist temporal classification for one element type: the including file defines T and NAME(x). */

static double NAME(log_probability)(const ctc *j, int64_t t, int64_t n, int64_t s) {
  return (double)((const T *)j->x)[(t * j->batch + n) * j->classes + class_at(j, n, s)];
}

/* What comes before an alignment's place s at one step, from the places of the step before. */
static void NAME(ahead)(const ctc *j, int64_t n, int64_t t, int64_t places, const double *before, double *after) {
  for (int64_t s = 0; s < places; s++) {
    const double one = s >= 1 ? before[s - 1] : -INFINITY;
    const double two = s >= 2 && may_skip(j, n, s) ? before[s - 2] : -INFINITY;
    after[s] = log_sum(before[s], one, two) + NAME(log_probability)(j, t, n, s);
  }
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
    double blanks = 0.0;
    for (int64_t s = 0; s < places; s++) {
      const double share = exp(alpha[t * width + s] + beta[s] + loss);
      if (s % 2 == 0) {
        blanks += share;
      } else {
        row[class_at(j, n, s)] -= (T)(dloss * share); /* a class may have several places */
      }
    }
    row[j->blank] = (T)(-dloss * blanks);
    for (int64_t s = 0; t > 0 && s < places; s++) {
      beta[s] += NAME(log_probability)(j, t, n, s);
    }
    for (int64_t s = 0; t > 0 && s < places; s++) { /* upwards: what s needs is not yet overwritten */
      const double one = s + 1 < places ? beta[s + 1] : -INFINITY;
      const double two = s + 2 < places && may_skip(j, n, s + 2) ? beta[s + 2] : -INFINITY;
      beta[s] = log_sum(beta[s], one, two);
    }
  }
}

static void NAME(gradient_range)(void *context, int64_t begin, int64_t end) {
  const ctc *j = context;
  for (int64_t n = begin; n < end; n++) {
    NAME(gradient_of)(j, n);
  }
}
