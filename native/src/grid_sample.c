/* Pictures read at places that are data: M. Jaderberg et al., "Spatial transformer networks", NIPS 2015. */
#include <math.h>
#include <string.h>

#include "internal.h"

/* Places that are worked on together; elements that a place is made of along one axis, at most; channels in a vector,
 * from how many on they are worth it, and positions that are brought into vectors at a time. */
enum { BLOCK = 64, AXIS = 4, LANES = 16, MANY_CHANNELS = 8, STRIP = 256 };

enum { OUTSIDE_ZEROS = 0, OUTSIDE_BORDER = 1, OUTSIDE_REFLECTION = 2 };

typedef struct {
  int32_t taps, outside, aligned;
  int64_t n, channels, height, width, places, blocks, chunks;
  const void *x, *grid, *dy;
  void *y, *dx, *dgrid, *lanes; /* lanes: NULL where planes are sampled one by one */
} grid_job;

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)

#define T float
#define FLOOR floorf
#define RINT rintf
#define FABS fabsf
#define NEXT nextafterf
#define NAME(x) JOIN(x, f32)
#include "grid_sample_type.h"
#include "grid_lanes_type.h"
#undef T
#undef FLOOR
#undef RINT
#undef FABS
#undef NEXT
#undef NAME
#define T double
#define FLOOR floor
#define RINT rint
#define FABS fabs
#define NEXT nextafter
#define NAME(x) JOIN(x, f64)
#include "grid_sample_type.h"
#include "grid_lanes_type.h"

static int32_t check(int32_t dtype, const grid_job *job) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  BK_CHECK(job->taps == 1 || job->taps == 2 || job->taps == 4, BALBOA_ERR_KIND);
  BK_CHECK(job->outside >= OUTSIDE_ZEROS && job->outside <= OUTSIDE_REFLECTION, BALBOA_ERR_KIND);
  const int64_t plane = bk_product3(1, job->height, job->width);
  BK_CHECK(job->height > 0 && job->width > 0 && plane > 0 && plane <= INT32_MAX, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bk_product3(job->n, job->channels, plane) >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bk_product3(job->n, job->channels, job->places) >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(bk_product3(job->n, job->places, 2) >= 0, BALBOA_ERR_ARGUMENT);
  BK_CHECK(job->grid != NULL || job->n * job->places == 0, BALBOA_ERR_NULL);
  BK_CHECK(job->x != NULL || job->n * job->channels == 0, BALBOA_ERR_NULL);
  return BALBOA_OK;
}

/* How many blocks of all channels, or planes of all places, are worth a thread. */
static int64_t grain(const grid_job *job, int64_t elements) {
  return bk_max(1, BK_GRAIN_CHEAP / 2 / (job->taps * job->taps * bk_max(1, elements)));
}

static int64_t chunks_of(int64_t channels) { return (channels + LANES - 1) / LANES; }

/* Bringing pictures into vectors costs about as much as gathering four places of each channel. */
int64_t balboa_grid_sample_scratch(int32_t dtype, int64_t n, int64_t channels, int64_t height, int64_t width,
                                   int64_t places) {
  BK_CHECK(dtype == BALBOA_F32 || dtype == BALBOA_F64, BALBOA_ERR_KIND);
  const int64_t plane = bk_product3(1, height, width);
  BK_CHECK(plane >= 0 && places >= 0 && channels >= 0, BALBOA_ERR_ARGUMENT);
  if (channels < MANY_CHANNELS || places < plane / 4) {
    return 0;
  }
  const int64_t elements = bk_product3(n, chunks_of(channels) * LANES, plane);
  BK_CHECK(elements >= 0, BALBOA_ERR_ARGUMENT);
  return elements * bk_dtype_size(dtype);
}

/* Takes the scratch memory if it is wanted and large enough. */
static void take_scratch(int32_t dtype, grid_job *job, void *scratch, int64_t scratch_bytes) {
  const int64_t wanted =
      balboa_grid_sample_scratch(dtype, job->n, job->channels, job->height, job->width, job->places);
  job->blocks = (job->places + BLOCK - 1) / BLOCK;
  job->chunks = chunks_of(job->channels);
  job->lanes = wanted > 0 && scratch_bytes >= wanted ? scratch : NULL;
}

static void pack(int32_t dtype, grid_job *job) {
  const int64_t strips = (job->height * job->width + STRIP - 1) / STRIP;
  bk_parallel(job->n * job->chunks * strips, BK_GRAIN_CHEAP / (STRIP * LANES),
              dtype == BALBOA_F32 ? pack_range_f32 : pack_range_f64, job);
}

int32_t balboa_grid_sample(int32_t dtype, int32_t taps, int32_t outside, int32_t aligned, int64_t n, int64_t channels,
                           int64_t height, int64_t width, int64_t places, const void *x, const void *grid, void *y,
                           void *scratch, int64_t scratch_bytes) {
  grid_job job = {.taps = taps, .outside = outside, .aligned = aligned, .n = n, .channels = channels, .height = height,
                  .width = width, .places = places, .x = x, .grid = grid, .y = y};
  const int32_t status = check(dtype, &job);
  BK_CHECK(status == BALBOA_OK, status);
  if (n * channels * places == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(y != NULL, BALBOA_ERR_NULL);
  take_scratch(dtype, &job, scratch, scratch_bytes);
  const int single = dtype == BALBOA_F32;
  bk_range_fn sample = single ? sample_range_f32 : sample_range_f64;
  if (job.lanes != NULL) {
    pack(dtype, &job);
    sample = single ? lanes_sample_range_f32 : lanes_sample_range_f64;
  }
  bk_parallel(n * job.blocks, grain(&job, channels * BLOCK), sample, &job);
  return BALBOA_OK;
}

int32_t balboa_grid_sample_backward(int32_t dtype, int32_t taps, int32_t outside, int32_t aligned, int64_t n,
                                    int64_t channels, int64_t height, int64_t width, int64_t places, const void *x,
                                    const void *grid, const void *dy, void *dx, void *dgrid, void *scratch,
                                    int64_t scratch_bytes) {
  grid_job job = {.taps = taps, .outside = outside, .aligned = aligned, .n = n, .channels = channels, .height = height,
                  .width = width, .places = places, .x = x, .grid = grid, .dy = dy, .dx = dx, .dgrid = dgrid};
  const int32_t status = check(dtype, &job);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(dy != NULL || n * channels * places == 0, BALBOA_ERR_NULL);
  BK_CHECK(dx != NULL || n * channels == 0, BALBOA_ERR_NULL);
  BK_CHECK(dgrid != NULL || n * places == 0, BALBOA_ERR_NULL);
  take_scratch(dtype, &job, scratch, scratch_bytes);
  const int single = dtype == BALBOA_F32, lanes = job.lanes != NULL;
  bk_range_fn of_places = single ? places_range_f32 : places_range_f64;
  if (lanes && taps > 1) {
    pack(dtype, &job);
    of_places = single ? lanes_places_range_f32 : lanes_places_range_f64;
  }
  bk_parallel(n * job.blocks, grain(&job, channels * BLOCK), of_places, &job);
  if (lanes) {
    bk_parallel(n * job.chunks, grain(&job, LANES * places), single ? lanes_planes_range_f32 : lanes_planes_range_f64,
                &job);
  } else {
    bk_parallel(n * channels, grain(&job, places), single ? planes_range_f32 : planes_range_f64, &job);
  }
  return BALBOA_OK;
}
