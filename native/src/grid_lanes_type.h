/* Sampling at a grid in vectors of channels, for one type: what a place is made of is then read and added in whole
 * vectors, where planes have to be gathered from and scattered to. Pictures are kept as [n, chunks, height * width,
 * LANES]; lanes behind the last channel are 0. The including file defines T and NAME(x) and has grid_sample_type.h. */

/* to[count, LANES] = x[channels, count], whose channels are `stride` apart. */
BALBOA_CLONES static void NAME(to_lanes)(int64_t count, int64_t channels, const T *x, int64_t stride, T *to) {
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    T block[LANES][8];
    for (int c = 0; c < LANES; c++) {
      if (c < channels) {
        memcpy(block[c], x + c * stride + i, sizeof block[c]);
      } else {
        memset(block[c], 0, sizeof block[c]);
      }
    }
    for (int p = 0; p < 8; p++) {
      T *line = to + (i + p) * LANES;
      for (int c = 0; c < LANES; c++) {
        line[c] = block[c][p];
      }
    }
  }
  for (; i < count; i++) {
    for (int c = 0; c < LANES; c++) {
      to[i * LANES + c] = c < channels ? x[c * stride + i] : 0;
    }
  }
}

/* y[channels, count] = from[count, LANES]. */
BALBOA_CLONES static void NAME(from_lanes)(int64_t count, int64_t channels, const T *from, T *y, int64_t stride) {
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    T block[8][LANES];
    memcpy(block, from + i * LANES, sizeof block);
    for (int64_t c = 0; c < channels; c++) {
      T *line = y + c * stride + i;
      for (int p = 0; p < 8; p++) {
        line[p] = block[p][c];
      }
    }
  }
  for (; i < count; i++) {
    for (int64_t c = 0; c < channels; c++) {
      y[c * stride + i] = from[i * LANES + c];
    }
  }
}

BALBOA_INLINE int64_t NAME(channels_of)(const grid_job *job, int64_t chunk) {
  return bk_min(LANES, job->channels - chunk * LANES);
}

BALBOA_INLINE T *NAME(chunk_at)(const grid_job *job, int64_t o, int64_t chunk) {
  return (T *)job->lanes + (o * job->chunks + chunk) * job->height * job->width * LANES;
}

/* Brings pictures into vectors of channels, in strips of positions. */
static void NAME(pack_range)(void *context, int64_t begin, int64_t end) {
  const grid_job *job = context;
  const int64_t size = job->height * job->width, strips = (size + STRIP - 1) / STRIP;
  for (int64_t task = begin; task < end; task++) {
    const int64_t o = task / strips / job->chunks, chunk = task / strips % job->chunks, first = task % strips * STRIP;
    const T *x = (const T *)job->x + (o * job->channels + chunk * LANES) * size + first;
    NAME(to_lanes)(bk_min(STRIP, size - first), NAME(channels_of)(job, chunk), x, size,
                   NAME(chunk_at)(job, o, chunk) + first * LANES);
  }
}

/* The elements that place i is made of; zeros for those outside. */
BALBOA_INLINE void NAME(elements)(int count_taps, const NAME(taps) * taps, int64_t i, const T *pictures,
                                  const T *zeros, const T **from) {
  for (int k = 0; k < count_taps; k++) {
    const int32_t at = taps->at[k][i];
    from[k] = at < 0 ? zeros : pictures + (int64_t)at * LANES;
  }
}

BALBOA_INLINE void NAME(lanes_sum_of)(int count_taps, int64_t count, const NAME(taps) * taps, const T *pictures,
                                      T *to) {
  const T zeros[LANES] = {0};
  for (int64_t i = 0; i < count; i++) {
    const T *from[AXIS * AXIS];
    NAME(elements)(count_taps, taps, i, pictures, zeros, from);
    BALBOA_SIMD for (int c = 0; c < LANES; c++) {
      T sum = 0;
      for (int k = 0; k < count_taps; k++) {
        sum += taps->weight[k][i] * from[k][c];
      }
      to[i * LANES + c] = sum;
    }
  }
}

/* to[count, LANES] = the sums at `count` places. */
BALBOA_CLONES static void NAME(lanes_sum)(int taps_an_axis, int64_t count, const NAME(taps) * taps, const T *pictures,
                                          T *to) {
  switch (taps_an_axis) {
    case 1:
      NAME(lanes_sum_of)(1, count, taps, pictures, to);
      break;
    case 2:
      NAME(lanes_sum_of)(4, count, taps, pictures, to);
      break;
    default:
      NAME(lanes_sum_of)(16, count, taps, pictures, to);
      break;
  }
}

static void NAME(lanes_sample_range)(void *context, int64_t begin, int64_t end) {
  const grid_job *job = context;
  NAME(taps) taps;
  T tile[BLOCK * LANES];
  for (int64_t task = begin; task < end; task++) {
    const int64_t o = task / job->blocks, first = task % job->blocks * BLOCK;
    const int64_t count = bk_min(BLOCK, job->places - first);
    NAME(find)(job, o, first, count, 0, &taps);
    for (int64_t chunk = 0; chunk < job->chunks; chunk++) {
      NAME(lanes_sum)(job->taps, count, &taps, NAME(chunk_at)(job, o, chunk), tile);
      NAME(from_lanes)(count, NAME(channels_of)(job, chunk), tile,
                       (T *)job->y + (o * job->channels + chunk * LANES) * job->places + first, job->places);
    }
  }
}

BALBOA_INLINE void NAME(lanes_slopes_of)(int count_taps, int64_t count, const NAME(taps) * taps, const T *pictures,
                                         const T *dy, T *by_x, T *by_y) {
  const T zeros[LANES] = {0};
  for (int64_t i = 0; i < count; i++) {
    const T *from[AXIS * AXIS], *g = dy + i * LANES;
    NAME(elements)(count_taps, taps, i, pictures, zeros, from);
    T x = 0, y = 0;
    BALBOA_SIMD_REDUCE(+, x, y) for (int c = 0; c < LANES; c++) {
      T along_x = 0, along_y = 0;
      for (int k = 0; k < count_taps; k++) {
        along_x += taps->by_x[k][i] * from[k][c];
        along_y += taps->by_y[k][i] * from[k][c];
      }
      x += g[c] * along_x;
      y += g[c] * along_y;
    }
    by_x[i] += x;
    by_y[i] += y;
  }
}

/* by_x and by_y[count] += the derivatives by the coordinates, dy [count, LANES]. */
BALBOA_CLONES static void NAME(lanes_slopes)(int taps_an_axis, int64_t count, const NAME(taps) * taps,
                                             const T *pictures, const T *dy, T *by_x, T *by_y) {
  if (taps_an_axis == 2) {
    NAME(lanes_slopes_of)(4, count, taps, pictures, dy, by_x, by_y);
  } else {
    NAME(lanes_slopes_of)(16, count, taps, pictures, dy, by_x, by_y);
  }
}

/* tile[count, LANES] = dy of a chunk at the places from `first` on. */
static void NAME(load_dy)(const grid_job *job, int64_t o, int64_t chunk, int64_t first, int64_t count, T *tile) {
  const T *dy = (const T *)job->dy + (o * job->channels + chunk * LANES) * job->places + first;
  NAME(to_lanes)(count, NAME(channels_of)(job, chunk), dy, job->places, tile);
}

/* The gradient of the places, of two taps an axis or more. */
static void NAME(lanes_places_range)(void *context, int64_t begin, int64_t end) {
  const grid_job *job = context;
  NAME(taps) taps;
  T tile[BLOCK * LANES];
  for (int64_t task = begin; task < end; task++) {
    const int64_t o = task / job->blocks, first = task % job->blocks * BLOCK;
    const int64_t count = bk_min(BLOCK, job->places - first);
    T by_x[BLOCK] = {0}, by_y[BLOCK] = {0};
    NAME(find)(job, o, first, count, 1, &taps);
    for (int64_t chunk = 0; chunk < job->chunks; chunk++) {
      NAME(load_dy)(job, o, chunk, first, count, tile);
      NAME(lanes_slopes)(job->taps, count, &taps, NAME(chunk_at)(job, o, chunk), tile, by_x, by_y);
    }
    NAME(store_slopes)(job, o, first, count, by_x, by_y);
  }
}

/* pictures += dy [count, LANES] under the weights. */
BALBOA_CLONES static void NAME(lanes_add)(int count_taps, int64_t count, const NAME(taps) * taps, const T *dy,
                                          T *pictures) {
  T outside[LANES] = {0};
  for (int64_t i = 0; i < count; i++) {
    const T *g = dy + i * LANES;
    for (int k = 0; k < count_taps; k++) {
      const int32_t at = taps->at[k][i];
      const T weight = taps->weight[k][i];
      T *to = at < 0 ? outside : pictures + (int64_t)at * LANES;
      BALBOA_SIMD for (int c = 0; c < LANES; c++) { to[c] += weight * g[c]; }
    }
  }
}

/* The gradient of chunks of channels, each of which one thread adds up in the order of the places. */
static void NAME(lanes_planes_range)(void *context, int64_t begin, int64_t end) {
  const grid_job *job = context;
  const int64_t size = job->height * job->width;
  NAME(taps) taps;
  T tile[BLOCK * LANES];
  for (int64_t task = begin; task < end; task++) {
    const int64_t o = task / job->chunks, chunk = task % job->chunks;
    T *sums = NAME(chunk_at)(job, o, chunk);
    memset(sums, 0, (size_t)(size * LANES) * sizeof(T));
    for (int64_t first = 0; first < job->places; first += BLOCK) {
      const int64_t count = bk_min(BLOCK, job->places - first);
      NAME(find)(job, o, first, count, 0, &taps);
      NAME(load_dy)(job, o, chunk, first, count, tile);
      NAME(lanes_add)(job->taps * job->taps, count, &taps, tile, sums);
    }
    NAME(from_lanes)(size, NAME(channels_of)(job, chunk), sums,
                     (T *)job->dx + (o * job->channels + chunk * LANES) * size, size);
  }
}
