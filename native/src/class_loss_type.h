/* Losses on class labels for one element type: the including file defines T, EXP(x) and NAME(x). */


#define STRIP POSITIONS

/* The loss of one position whose classes lie next to each other. */
BALBOA_CLONES static double NAME(row_loss)(const class_loss *j, const T *x, int64_t label) {
  const T *w = j->weights;
  const double own = w == NULL ? 1.0 : (double)w[label];
  const int64_t n = j->classes;
  T m = x[0];
  BALBOA_SIMD_REDUCE(max, m) for (int64_t i = 0; i < n; i++) { m = x[i] > m ? x[i] : m; }
  double s = 0.0;
  BALBOA_SIMD_REDUCE(+, s) for (int64_t i = 0; i < n; i++) { s += (double)EXP(x[i] - m); }
  const double lse = log(s);
  const double loss = own * (lse - ((double)x[label] - (double)m));
  if (j->smoothing == 0.0) {
    return loss;
  }
  double all = 0.0;
  if (w == NULL) {
    BALBOA_SIMD_REDUCE(+, all) for (int64_t i = 0; i < n; i++) { all += lse - ((double)x[i] - (double)m); }
  } else {
    BALBOA_SIMD_REDUCE(+, all) for (int64_t i = 0; i < n; i++) {
      all += (double)w[i] * (lse - ((double)x[i] - (double)m));
    }
  }
  return (1.0 - j->smoothing) * loss + j->smoothing / (double)n * all;
}

BALBOA_CLONES static void NAME(row_gradient)(const class_loss *j, const T *x, int64_t label, double g, T *dx) {
  const T *w = j->weights;
  const double own = w == NULL ? g : (double)w[label] * g;
  const int64_t n = j->classes;
  if (j->from_logs) {
    memset(dx, 0, (size_t)n * sizeof(T));
    dx[label] = (T)-own;
    return;
  }
  T m = x[0];
  BALBOA_SIMD_REDUCE(max, m) for (int64_t i = 0; i < n; i++) { m = x[i] > m ? x[i] : m; }
  double s = 0.0;
  BALBOA_SIMD_REDUCE(+, s) for (int64_t i = 0; i < n; i++) {
    const T e = EXP(x[i] - m);
    dx[i] = e;
    s += (double)e;
  }
  /* e / s - 1 at the label is computed as -(the others' share), which does not cancel as the label's share nears 1. */
  double others = 0.0;
  const T at_label = dx[label];
  if ((double)at_label > 0.5 * s) {
    dx[label] = 0;
    BALBOA_SIMD_REDUCE(+, others) for (int64_t i = 0; i < n; i++) { others += (double)dx[i]; }
    dx[label] = at_label;
  } else {
    others = s - (double)at_label;
  }
  const double hard = (1.0 - j->smoothing) * own, each = j->smoothing / (double)n * g;
  if (j->smoothing == 0.0) {
    const T scale = (T)(hard / s);
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { dx[i] *= scale; }
    dx[label] = (T)-(hard * (others / s));
    return;
  }
  const double one = 1.0 / s;
  BALBOA_SIMD for (int64_t i = 0; i < n; i++) {
    const double p = (double)dx[i] * one, wi = w == NULL ? 1.0 : (double)w[i];
    dx[i] = (T)(hard * p + each * (j->weight_sum * p - wi));
  }
  const double p = (double)at_label * one, wl = w == NULL ? 1.0 : (double)w[label];
  dx[label] = (T)(each * (j->weight_sum * p - wl) - hard * (others * one));
}

/* The terms of a margin loss from `begin` to `end`. */
BALBOA_CLONES static double NAME(margin_sum)(int64_t begin, int64_t end, const T *x, double offset, int32_t power) {
  double s = 0.0;
  if (power == 1) {
    BALBOA_SIMD_REDUCE(+, s) for (int64_t i = begin; i < end; i++) {
      const double z = (double)x[i] + offset;
      s += z <= 0.0 ? 0.0 : z;
    }
  } else {
    BALBOA_SIMD_REDUCE(+, s) for (int64_t i = begin; i < end; i++) {
      const double z = (double)x[i] + offset;
      s += z <= 0.0 ? 0.0 : z * z;
    }
  }
  return s;
}

static double NAME(margin_loss)(const class_loss *j, const T *x, int64_t label) {
  const double offset = j->margin - (double)x[label];
  const double before = NAME(margin_sum)(0, label, x, offset, j->power);
  const double behind = NAME(margin_sum)(label + 1, j->classes, x, offset, j->power);
  return (before + behind) / (double)j->classes;
}

/* Their slopes times g, and the sum of those. */
BALBOA_CLONES static double NAME(margin_slopes)(int64_t begin, int64_t end, const T *x, double offset, int32_t power,
                                                double g, T *dx) {
  double s = 0.0;
  if (power == 1) {
    BALBOA_SIMD_REDUCE(+, s) for (int64_t i = begin; i < end; i++) {
      const double z = (double)x[i] + offset, d = z <= 0.0 ? 0.0 : g;
      dx[i] = (T)d;
      s += d;
    }
  } else {
    BALBOA_SIMD_REDUCE(+, s) for (int64_t i = begin; i < end; i++) {
      const double z = (double)x[i] + offset, d = z <= 0.0 ? 0.0 : 2.0 * g * z;
      dx[i] = (T)d;
      s += d;
    }
  }
  return s;
}

static void NAME(margin_gradient)(const class_loss *j, const T *x, int64_t label, double g, T *dx) {
  const double offset = j->margin - (double)x[label], each = g / (double)j->classes;
  const double before = NAME(margin_slopes)(0, label, x, offset, j->power, each, dx);
  const double behind = NAME(margin_slopes)(label + 1, j->classes, x, offset, j->power, each, dx);
  dx[label] = (T) - (before + behind);
}

/* The same from logarithms. */
BALBOA_INLINE double NAME(picked_loss)(const class_loss *j, const T *x, int64_t label) {
  const T *w = j->weights;
  return -(w == NULL ? 1.0 : (double)w[label]) * (double)x[label];
}

/* Maximum and sum of exponentials over the classes of `count` positions next to each other. */
typedef struct {
  T max[STRIP];
  double others[STRIP], at_label[STRIP]; /* of exp(x - max): all but the label's, and the label's */
} NAME(strip);

BALBOA_CLONES static void NAME(strip_sums)(const class_loss *j, const T *x, int64_t count, const int64_t *label,
                                           NAME(strip) * sums) {
  for (int64_t k = 0; k < count; k++) {
    sums->max[k] = x[k];
    sums->others[k] = sums->at_label[k] = 0.0;
  }
  for (int64_t c = 1; c < j->classes; c++) {
    const T *row = x + c * j->inner;
    BALBOA_SIMD for (int64_t k = 0; k < count; k++) { sums->max[k] = row[k] > sums->max[k] ? row[k] : sums->max[k]; }
  }
  for (int64_t c = 0; c < j->classes; c++) {
    const T *row = x + c * j->inner;
    BALBOA_SIMD for (int64_t k = 0; k < count; k++) {
      const double e = (double)EXP(row[k] - sums->max[k]);
      sums->others[k] += label[k] == c ? 0.0 : e;
      sums->at_label[k] += label[k] == c ? e : 0.0;
    }
  }
}

BALBOA_CLONES static void NAME(strip_loss)(const class_loss *j, const T *x, int64_t count, const int64_t *label,
                                           double *loss) {
  const T *w = j->weights;
  if (j->from_logs) {
    for (int64_t k = 0; k < count; k++) {
      loss[k] = label[k] < 0 ? 0.0
                             : -(w == NULL ? 1.0 : (double)w[label[k]]) * (double)x[label[k] * j->inner + k];
    }
    return;
  }
  NAME(strip) sums;
  NAME(strip_sums)(j, x, count, label, &sums);
  double all[STRIP] = {0};
  for (int64_t k = 0; k < count; k++) {
    sums.others[k] = log(sums.others[k] + sums.at_label[k]); /* from here on the logarithm of the whole sum */
  }
  for (int64_t c = 0; j->smoothing != 0.0 && c < j->classes; c++) {
    const T *row = x + c * j->inner;
    const double wc = w == NULL ? 1.0 : (double)w[c];
    BALBOA_SIMD for (int64_t k = 0; k < count; k++) {
      all[k] += wc * (sums.others[k] - ((double)row[k] - (double)sums.max[k]));
    }
  }
  for (int64_t k = 0; k < count; k++) {
    if (label[k] < 0) {
      loss[k] = 0.0;
      continue;
    }
    const double own = w == NULL ? 1.0 : (double)w[label[k]];
    const double hard = own * (sums.others[k] - ((double)x[label[k] * j->inner + k] - (double)sums.max[k]));
    loss[k] = j->smoothing == 0.0 ? hard
                                  : (1.0 - j->smoothing) * hard + j->smoothing / (double)j->classes * all[k];
  }
}

BALBOA_CLONES static void NAME(strip_gradient)(const class_loss *j, const T *x, int64_t count, const int64_t *label,
                                               const double *g, T *dx) {
  const T *w = j->weights;
  if (j->from_logs) {
    for (int64_t c = 0; c < j->classes; c++) {
      T *drow = dx + c * j->inner;
      for (int64_t k = 0; k < count; k++) {
        drow[k] = label[k] == c ? (T)(-g[k] * (w == NULL ? 1.0 : (double)w[c])) : 0;
      }
    }
    return;
  }
  NAME(strip) sums;
  NAME(strip_sums)(j, x, count, label, &sums);
  double one[STRIP], hard[STRIP], each[STRIP], others[STRIP];
  for (int64_t k = 0; k < count; k++) {
    const double own = label[k] < 0 ? 0.0 : g[k] * (w == NULL ? 1.0 : (double)w[label[k]]);
    one[k] = 1.0 / (sums.others[k] + sums.at_label[k]);
    hard[k] = (1.0 - j->smoothing) * own;
    each[k] = label[k] < 0 ? 0.0 : j->smoothing / (double)j->classes * g[k];
    others[k] = hard[k] * (sums.others[k] * one[k]);
  }
  for (int64_t c = 0; c < j->classes; c++) {
    const T *row = x + c * j->inner;
    T *drow = dx + c * j->inner;
    const double wc = w == NULL ? 1.0 : (double)w[c];
    BALBOA_SIMD for (int64_t k = 0; k < count; k++) {
      const double p = (double)EXP(row[k] - sums.max[k]) * one[k];
      const double soft = each[k] * (j->weight_sum * p - wc);
      drow[k] = label[k] < 0 ? 0 : (T)(label[k] == c ? soft - others[k] : soft + hard[k] * p);
    }
  }
}

static void NAME(loss_range)(void *context, int64_t begin, int64_t end) {
  class_loss *j = context;
  const T *x = j->x;
  for (int64_t p = begin; p < end; p++) {
    const int64_t last = bk_min(j->units, (p + 1) * j->parts.size);
    double sum = 0.0;
    for (int64_t u = p * j->parts.size; u < last; u++) {
      const unit at = unit_at(j, u);
      double loss[STRIP];
      int64_t label[STRIP];
      for (int64_t k = 0; k < at.count; k++) {
        label[k] = label_at(j, at.position + k);
      }
      if (j->inner == 1) {
        loss[0] = label[0] < 0     ? 0.0
                  : j->power > 0 ? NAME(margin_loss)(j, x + at.offset, label[0])
                  : j->from_logs ? NAME(picked_loss)(j, x + at.offset, label[0])
                                 : NAME(row_loss)(j, x + at.offset, label[0]);
      } else {
        NAME(strip_loss)(j, x + at.offset, at.count, label, loss);
      }
      for (int64_t k = 0; k < at.count; k++) {
        if (j->reduction == BALBOA_REDUCTION_NONE) {
          ((T *)j->out)[at.position + k] = (T)loss[k];
        }
        sum += loss[k];
      }
    }
    j->partial[p] = sum;
  }
}

static void NAME(gradient_range)(void *context, int64_t begin, int64_t end) {
  const class_loss *j = context;
  const T *x = j->x, *dloss = j->dloss;
  T *dx = j->out;
  for (int64_t u = begin; u < end; u++) {
    const unit at = unit_at(j, u);
    double g[STRIP];
    int64_t label[STRIP];
    for (int64_t k = 0; k < at.count; k++) {
      label[k] = label_at(j, at.position + k);
      g[k] = j->reduction == BALBOA_REDUCTION_NONE   ? (double)dloss[at.position + k]
             : j->reduction == BALBOA_REDUCTION_MEAN ? (double)dloss[0] / j->weight_of_labels
                                                     : (double)dloss[0];
    }
    if (j->inner != 1) {
      NAME(strip_gradient)(j, x == NULL ? NULL : x + at.offset, at.count, label, g, dx + at.offset);
    } else if (label[0] < 0) {
      memset(dx + at.offset, 0, (size_t)j->classes * sizeof(T));
    } else if (j->power > 0) {
      NAME(margin_gradient)(j, x + at.offset, label[0], g[0], dx + at.offset);
    } else {
      NAME(row_gradient)(j, x == NULL ? NULL : x + at.offset, label[0], g[0], dx + at.offset);
    }
  }
}

static void NAME(weigh)(class_loss *j) {
  const T *w = j->weights;
  j->weight_sum = w == NULL ? (double)j->classes : 0.0;
  for (int64_t c = 0; w != NULL && c < j->classes; c++) {
    j->weight_sum += (double)w[c];
  }
  if (w != NULL && j->reduction == BALBOA_REDUCTION_MEAN) {
    j->weight_of_labels = 0.0;
    for (int64_t i = 0; i < j->outer * j->inner; i++) {
      const int64_t label = label_at(j, i);
      j->weight_of_labels += label < 0 ? 0.0 : (double)w[label];
    }
  }
}

static void NAME(finish)(const class_loss *j) {
  double sum = 0.0;
  for (int64_t p = 0; p < j->parts.count; p++) {
    sum += j->partial[p];
  }
  if (j->reduction != BALBOA_REDUCTION_NONE) {
    *(T *)j->out = (T)(j->reduction == BALBOA_REDUCTION_MEAN ? sum / j->weight_of_labels : sum);
  }
}

#undef STRIP
