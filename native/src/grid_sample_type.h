/* Sampling at a grid for one type. The including file defines T, FLOOR, RINT, FABS, NEXT and NAME(x). */

/* What BLOCK places are made of along one axis: positions (-1: outside, where zeros are), weights, and the slopes of the
 * weights by the coordinate of the grid. */
typedef struct {
  int32_t at[AXIS][BLOCK];
  T weight[AXIS][BLOCK], slope[AXIS][BLOCK];
} NAME(axis);

/* The same of the plane: positions in it, weights, and slopes by both coordinates. */
typedef struct {
  int32_t at[AXIS * AXIS][BLOCK];
  T weight[AXIS * AXIS][BLOCK], by_x[AXIS * AXIS][BLOCK], by_y[AXIS * AXIS][BLOCK];
} NAME(taps);

/* The last position on an axis of n elements, or the last one before it that T holds. */
static T NAME(last_of)(int64_t n) {
  const T last = (T)(n - 1);
  return (int64_t)last < n ? last : NEXT(last, 0);
}

/* Moves position p into [0, last] as the picture of n elements goes on outside of it, and *slope by the derivative. */
BALBOA_INLINE T NAME(inside)(int32_t outside, T n, T last, int aligned, T p, T *slope) {
  if (outside == OUTSIDE_REFLECTION) {
    /* The triangle wave of slope 1 on [0, span] and -1 on [span, 2 span]. */
    const T low = aligned ? (T)0 : (T)-0.5, span = aligned ? last : n;
    const T period = span > 0 ? 2 * span : 1, from = p - low;
    const T within = from - period * FLOOR(from / period) - span;
    p = span > 0 ? span - FABS(within) + low : p * 0;
    *slope *= span > 0 ? (T)(within < 0) - (T)(within > 0) : 0;
  }
  if (outside != OUTSIDE_ZEROS) {
    *slope = p >= 0 && p <= last ? *slope : 0;
    p = p < 0 ? 0 : p > last ? last : p; /* NaN stays */
  }
  return p;
}

/* Cubic convolution with A = -3/4 (R. Keys, 1981) at distances t in [0, 1] and [1, 2], and the derivatives. */
BALBOA_INLINE T NAME(near)(T t) { return ((T)1.25 * t - (T)2.25) * t * t + 1; }
BALBOA_INLINE T NAME(near_slope)(T t) { return ((T)3.75 * t - (T)4.5) * t; }
BALBOA_INLINE T NAME(far)(T t) { return (T)-0.75 * (t - 1) * (t - 2) * (t - 2); }
BALBOA_INLINE T NAME(far_slope)(T t) { return (T)-0.75 * (t - 2) * (3 * t - 4); }

/* Entry k of place i: position p under a weight. */
BALBOA_INLINE void NAME(put)(int32_t outside, T last, NAME(axis) * to, int k, int64_t i, T p, T weight, T slope) {
  const int there = p >= 0 && p <= last;
  const T clipped = p >= 0 ? (p <= last ? p : last) : 0;
  const T lost = p == p ? (T)0 : p; /* NaN, where the place is */
  const int32_t position = (int32_t)clipped;
  to->at[k][i] = outside == OUTSIDE_ZEROS && !there ? -1 : position;
  to->weight[k][i] = outside == OUTSIDE_ZEROS && !there ? lost : weight;
  to->slope[k][i] = outside == OUTSIDE_ZEROS && !there ? lost : slope;
}

/* grid holds the coordinates of an axis of n elements, two apart. */
BALBOA_INLINE void NAME(axis_of)(int32_t taps, int32_t outside, int aligned, int64_t n64, int64_t count, const T *grid,
                                 NAME(axis) * to) {
  const T n = (T)n64, last = NAME(last_of)(n64), scale = (aligned ? last : n) / 2;
  BALBOA_SIMD for (int64_t i = 0; i < count; i++) {
    const T g = grid[2 * i];
    T slope = scale;
    T p = aligned ? (g + 1) * scale : g * scale + last / 2;
    if (taps != 4) {
      p = NAME(inside)(outside, n, last, aligned, p, &slope);
    }
    if (taps == 1) {
      NAME(put)(outside, last, to, 0, i, RINT(p), p == p ? (T)1 : p, 0);
      continue;
    }
    const T lower = FLOOR(p), t = p - lower;
    if (taps == 2) {
      NAME(put)(outside, last, to, 0, i, lower, 1 - t, -slope);
      NAME(put)(outside, last, to, 1, i, lower + 1, t, slope);
      continue;
    }
    T unused = 1;
    const T weight[4] = {NAME(far)(t + 1), NAME(near)(t), NAME(near)(1 - t), NAME(far)(2 - t)};
    const T slopes[4] = {NAME(far_slope)(t + 1), NAME(near_slope)(t), -NAME(near_slope)(1 - t), -NAME(far_slope)(2 - t)};
    for (int k = 0; k < 4; k++) {
      const T position = NAME(inside)(outside, n, last, aligned, lower + (T)(k - 1), &unused);
      NAME(put)(outside, last, to, k, i, position, weight[k], slope * slopes[k]);
    }
  }
}

BALBOA_CLONES static void NAME(axis_taps)(const grid_job *job, int64_t n, int64_t count, const T *grid,
                                          NAME(axis) * to) {
  const int aligned = job->aligned != 0;
#define AXIS_OF(taps)                                                             \
  switch (job->outside) {                                                         \
    case OUTSIDE_ZEROS:                                                           \
      NAME(axis_of)(taps, OUTSIDE_ZEROS, aligned, n, count, grid, to);            \
      break;                                                                      \
    case OUTSIDE_BORDER:                                                          \
      NAME(axis_of)(taps, OUTSIDE_BORDER, aligned, n, count, grid, to);           \
      break;                                                                      \
    default:                                                                      \
      NAME(axis_of)(taps, OUTSIDE_REFLECTION, aligned, n, count, grid, to);       \
      break;                                                                      \
  }
  if (job->taps == 1) {
    AXIS_OF(1)
  } else if (job->taps == 2) {
    AXIS_OF(2)
  } else {
    AXIS_OF(4)
  }
#undef AXIS_OF
}

/* The places [first, first + count) of picture o. */
BALBOA_CLONES static void NAME(find)(const grid_job *job, int64_t o, int64_t first, int64_t count, int slopes,
                                     NAME(taps) * to) {
  const T *grid = (const T *)job->grid + 2 * (o * job->places + first);
  NAME(axis) columns, rows;
  NAME(axis_taps)(job, job->width, count, grid, &columns);
  NAME(axis_taps)(job, job->height, count, grid + 1, &rows);
  const int32_t width = (int32_t)job->width;
  for (int r = 0; r < job->taps; r++) {
    for (int c = 0; c < job->taps; c++) {
      const int k = r * job->taps + c;
      BALBOA_SIMD for (int64_t i = 0; i < count; i++) {
        const int32_t row = rows.at[r][i], column = columns.at[c][i];
        to->at[k][i] = (row | column) < 0 ? -1 : row * width + column;
        to->weight[k][i] = rows.weight[r][i] * columns.weight[c][i];
      }
      BALBOA_SIMD for (int64_t i = 0; i < (slopes ? count : 0); i++) {
        to->by_x[k][i] = rows.weight[r][i] * columns.slope[c][i];
        to->by_y[k][i] = rows.slope[r][i] * columns.weight[c][i];
      }
    }
  }
}

BALBOA_INLINE T NAME(element)(const T *plane, int32_t at) {
  const T v = plane[at < 0 ? 0 : at];
  return at < 0 ? 0 : v;
}

BALBOA_INLINE void NAME(sum_of)(int count_taps, int64_t count, const NAME(taps) * taps, const T *plane, T *y) {
  BALBOA_SIMD for (int64_t i = 0; i < count; i++) {
    T sum = 0;
    for (int k = 0; k < count_taps; k++) {
      sum += taps->weight[k][i] * NAME(element)(plane, taps->at[k][i]);
    }
    y[i] = sum;
  }
}

BALBOA_CLONES static void NAME(sum)(int taps_an_axis, int64_t count, const NAME(taps) * taps, const T *plane, T *y) {
  switch (taps_an_axis) {
    case 1:
      NAME(sum_of)(1, count, taps, plane, y);
      break;
    case 2:
      NAME(sum_of)(4, count, taps, plane, y);
      break;
    default:
      NAME(sum_of)(16, count, taps, plane, y);
      break;
  }
}

static void NAME(sample_range)(void *context, int64_t begin, int64_t end) {
  const grid_job *job = context;
  const int64_t size = job->height * job->width;
  NAME(taps) taps;
  for (int64_t task = begin; task < end; task++) {
    const int64_t o = task / job->blocks, first = task % job->blocks * BLOCK;
    const int64_t count = bk_min(BLOCK, job->places - first);
    NAME(find)(job, o, first, count, 0, &taps);
    for (int64_t plane = o * job->channels; plane < (o + 1) * job->channels; plane++) {
      NAME(sum)(job->taps, count, &taps, (const T *)job->x + plane * size, (T *)job->y + plane * job->places + first);
    }
  }
}

/* by_x and by_y[count] += the derivatives by the coordinates. */
BALBOA_CLONES static void NAME(add_slopes)(int count_taps, int64_t count, const NAME(taps) * taps, const T *plane,
                                           const T *dy, T *by_x, T *by_y) {
  for (int k = 0; k < count_taps; k++) {
    BALBOA_SIMD for (int64_t i = 0; i < count; i++) {
      const T v = dy[i] * NAME(element)(plane, taps->at[k][i]);
      by_x[i] += taps->by_x[k][i] * v;
      by_y[i] += taps->by_y[k][i] * v;
    }
  }
}

static void NAME(store_slopes)(const grid_job *job, int64_t o, int64_t first, int64_t count, const T *by_x,
                               const T *by_y) {
  T *to = (T *)job->dgrid + 2 * (o * job->places + first);
  for (int64_t i = 0; i < count; i++) {
    to[2 * i] = by_x[i];
    to[2 * i + 1] = by_y[i];
  }
}

/* The gradient of the places. */
static void NAME(places_range)(void *context, int64_t begin, int64_t end) {
  const grid_job *job = context;
  const int64_t size = job->height * job->width;
  NAME(taps) taps;
  for (int64_t task = begin; task < end; task++) {
    const int64_t o = task / job->blocks, first = task % job->blocks * BLOCK;
    const int64_t count = bk_min(BLOCK, job->places - first);
    T by_x[BLOCK] = {0}, by_y[BLOCK] = {0};
    if (job->taps > 1) {
      NAME(find)(job, o, first, count, 1, &taps);
      for (int64_t plane = o * job->channels; plane < (o + 1) * job->channels; plane++) {
        NAME(add_slopes)(job->taps * job->taps, count, &taps, (const T *)job->x + plane * size,
                         (const T *)job->dy + plane * job->places + first, by_x, by_y);
      }
    }
    NAME(store_slopes)(job, o, first, count, by_x, by_y);
  }
}

BALBOA_INLINE void NAME(add_of)(int count_taps, int64_t count, const NAME(taps) * taps, const T *dy, T *plane) {
  for (int64_t i = 0; i < count; i++) {
    const T g = dy[i];
    for (int k = 0; k < count_taps; k++) {
      const int32_t at = taps->at[k][i];
      if (at >= 0) {
        plane[at] += g * taps->weight[k][i];
      }
    }
  }
}

/* The gradient of planes, each of which one thread adds up in the order of the places. */
static void NAME(planes_range)(void *context, int64_t begin, int64_t end) {
  const grid_job *job = context;
  const int64_t size = job->height * job->width;
  NAME(taps) taps;
  for (int64_t plane = begin; plane < end;) {
    const int64_t o = plane / job->channels, to = bk_min(end, (o + 1) * job->channels);
    T *dx = (T *)job->dx;
    for (int64_t i = plane * size; i < to * size; i++) {
      dx[i] = 0;
    }
    for (int64_t first = 0; first < job->places; first += BLOCK) {
      const int64_t count = bk_min(BLOCK, job->places - first);
      NAME(find)(job, o, first, count, 0, &taps);
      for (int64_t p = plane; p < to; p++) {
        const T *dy = (const T *)job->dy + p * job->places + first;
        if (job->taps == 2) {
          NAME(add_of)(4, count, &taps, dy, dx + p * size);
        } else {
          NAME(add_of)(job->taps * job->taps, count, &taps, dy, dx + p * size);
        }
      }
    }
    plane = to;
  }
}
