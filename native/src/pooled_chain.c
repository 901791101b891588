/* Convolutions in a row that are each pooled: each thread takes parts of the batch through all of them, so that what
 * lies between two of them stays in its second cache and no thread waits for another one. Linear maps may follow. They
 * read more weights than such a part has numbers: each thread applies them to all pictures that it made, at once. */
#include <string.h>

#include "panel.h"

enum { DIRECT, WINOGRAD, LINEAR }; /* kinds of links */

enum {
  LINKS = 16,
  ARGS = 4,               /* numbers of a link in the arguments */
  NUMBERS = 24,           /* at most, of a kernel */
  LEAST = 4,              /* pictures of a thread for which it has parts of its own */
  PART_BYTES = 256 * 1024 /* of results of a part, at most, unless it is a single picture */
};

typedef struct {
  int winograd;
  int64_t numbers[NUMBERS];
  const float *w, *bias;
  int64_t in, out; /* elements of a picture and of what is made of it */
  int64_t pixels;  /* of a result, if the last ones are to be in row-major order; else 0 */
} link;

typedef struct {
  link links[LINKS];
  bk_linear linears[LINKS];
  int32_t count, linear_count; /* of convolutions, and of linear maps behind them */
  int64_t batch, part;    /* pictures, and of a part at most */
  int64_t between;        /* elements that one picture needs between two links at most */
  const float *x;
  float *results[LINKS + 1]; /* of all convolutions, then of each linear map */
  char *scratch;
  int64_t room, members; /* bytes of a thread, and how many threads have as many */
  bk_share *pictures[2]; /* for the convolutions, for the linear maps */
} job;

static const float *floats(int64_t address) { return (const float *)(intptr_t)address; }

static int64_t padded(int64_t bytes) { return (bytes + 63) / 64 * 64; }

/* Scratch bytes of a link for so many pictures, by one thread or as many as there may be. */
static int64_t kernel_bytes(const link *l, int64_t batch, int one) {
  int64_t n[NUMBERS];
  memcpy(n, l->numbers, sizeof n);
  n[0] = batch;
  const int64_t threads = one ? 1 : bk_team_size();
  return l->winograd ? bk_winograd_scratch(n, threads) : bk_conv_max_scratch(n, threads);
}

/* Bytes for so many pictures at a time. */
static int64_t bytes_of(const job *j, int64_t batch, int one) {
  int64_t most = 0;
  for (int32_t i = 0; i < j->count; i++) {
    most = bk_max(most, kernel_bytes(&j->links[i], batch, one));
  }
  return padded(most) + 2 * padded(batch * j->between * (int64_t)sizeof(float));
}

/* Bytes of all that a linear map reads. */
static int64_t read_bytes(const job *j, int32_t i) {
  return padded(j->batch * j->linears[i].features * (int64_t)sizeof(float));
}

static int64_t held_bytes(const job *j) {
  int64_t bytes = 0;
  for (int32_t i = 0; i < j->linear_count; i++) {
    bytes += read_bytes(j, i);
  }
  return bytes;
}

static int32_t prepare_link(const int64_t *args, int32_t planar, link *l) {
  const int64_t *n = (const int64_t *)(intptr_t)args[1];
  BK_CHECK(n != NULL, BALBOA_ERR_NULL);
  BK_CHECK(args[0] == DIRECT || args[0] == WINOGRAD, BALBOA_ERR_ARGUMENT);
  l->winograd = args[0] == WINOGRAD;
  memcpy(l->numbers, n, (l->winograd ? 12 : 24) * sizeof *n);
  const int64_t bytes = kernel_bytes(l, n[0], 1);
  BK_CHECK(bytes >= 0, (int32_t)bytes);
  const int64_t high = l->winograd ? n[7] / 2 : n[21], wide = l->winograd ? n[8] / 2 : n[22];
  /* Pictures have their channels last. */
  BK_CHECK(!l->winograd || (n[10] == 0 && n[11] == 1), BALBOA_ERR_ARGUMENT);
  l->in = bk_product3(n[1], n[2], n[3]);
  l->out = bk_product3(n[4], high, wide);
  l->pixels = planar ? high * wide : 0;
  BK_CHECK(l->in > 0 && l->out > 0 && bk_product3(n[0], l->in, l->out) >= 0, BALBOA_ERR_ARGUMENT);
  l->w = floats(args[2]);
  l->bias = floats(args[3]);
  return BALBOA_OK;
}

static int32_t prepare_linear(const int64_t *args, int64_t batch, int64_t features, bk_linear *l) {
  const int64_t *n = (const int64_t *)(intptr_t)args[1];
  BK_CHECK(n != NULL, BALBOA_ERR_NULL);
  BK_CHECK(args[0] == LINEAR && n[0] == batch && n[1] == features, BALBOA_ERR_ARGUMENT);
  BK_CHECK(n[2] > 0 && n[2] <= INT32_MAX && (n[3] == 0 || n[3] == 1), BALBOA_ERR_ARGUMENT);
  BK_CHECK(bk_product3(batch, features, n[2] + PANEL) >= 0, BALBOA_ERR_ARGUMENT);
  *l = (bk_linear){features, n[2], n[3], floats(args[2]), floats(args[3])};
  return BALBOA_OK;
}

static int32_t prepare(int32_t links, const int64_t *args, int32_t planar, job *j) {
  BK_CHECK(args != NULL, BALBOA_ERR_NULL);
  BK_CHECK(links > 0 && links <= LINKS, BALBOA_ERR_ARGUMENT);
  *j = (job){0};
  for (; j->count < links && args[ARGS * j->count] != LINEAR; j->count++) {
    link *l = &j->links[j->count];
    const int32_t status = prepare_link(args + ARGS * j->count, planar, l);
    BK_CHECK(status == BALBOA_OK, status);
    BK_CHECK(j->count == 0 || (l->in == l[-1].out && l->numbers[0] == j->batch), BALBOA_ERR_ARGUMENT);
    j->batch = l->numbers[0];
    j->between = j->count + 1 < links || planar ? bk_max(j->between, l->out) : j->between;
  }
  j->linear_count = links - j->count;
  BK_CHECK(j->count > 0 && (j->linear_count == 0 || !planar), BALBOA_ERR_ARGUMENT);
  int64_t features = j->links[j->count - 1].out;
  for (int32_t i = 0; i < j->linear_count; i++) {
    const int32_t status = prepare_linear(args + ARGS * (j->count + i), j->batch, features, &j->linears[i]);
    BK_CHECK(status == BALBOA_OK, status);
    features = j->linears[i].filters;
  }
  j->part = bk_max(1, bk_min(j->batch, PART_BYTES / (int64_t)sizeof(float) / bk_max(1, j->between)));
  return BALBOA_OK;
}

/* Pictures from `first` on through all links. */
static int32_t run_part(const job *j, int64_t first, int64_t count, int one, char *scratch, int64_t room) {
  const int64_t between = padded(count * j->between * (int64_t)sizeof(float));
  float *held[] = {(float *)scratch, (float *)(scratch + between)};
  char *rest = scratch + 2 * between;
  const float *x = j->x + first * j->links[0].in;
  for (int32_t i = 0; i < j->count; i++) {
    const link *l = &j->links[i];
    const int last = i + 1 == j->count;
    float *y = last && l->pixels == 0 ? j->results[0] + first * l->out : held[i % 2];
    int64_t n[NUMBERS];
    memcpy(n, l->numbers, sizeof n);
    n[0] = count;
    const int64_t bytes = bk_min(kernel_bytes(l, count, one), room - 2 * between);
    const int32_t status = l->winograd ? balboa_winograd_f32(n, x, l->w, l->bias, NULL, y, rest, bytes)
                                       : balboa_conv_max_f32(n, x, l->w, l->bias, y, rest, bytes);
    BK_CHECK(status == BALBOA_OK, status);
    x = y;
  }
  const link *last = &j->links[j->count - 1];
  const int64_t pixels = last->pixels, filters = last->numbers[4];
  for (int64_t i = 0; i < (pixels == 0 ? 0 : count); i++) {
    const float *from = x + i * last->out;
    float *to = j->results[0] + (first + i) * last->out;
    for (int64_t f = 0; f < filters; f++) {
      for (int64_t p = 0; p < pixels; p++) {
        to[f * pixels + p] = from[p * filters + f];
      }
    }
  }
  return BALBOA_OK;
}

/* Some filters of a linear map of `count` pictures. */
static void run_linear(const job *j, int32_t i, int64_t first, int64_t count, int64_t panel, int64_t end_panel) {
  const bk_linear *l = &j->linears[i];
  bk_linear_panels(l, count, panel, end_panel, j->results[i] + first * l->features,
                   j->results[i + 1] + first * l->filters);
}

/* Convolutions of some pictures, as many at a time as a thread's second cache holds. */
static void run_pictures(const job *j, int64_t member, bk_range r) {
  const int64_t count = r.end - r.from, parts = (count + j->part - 1) / j->part;
  for (int64_t i = 0; i < parts; i++) {
    const int64_t first = count * i / parts, end = count * (i + 1) / parts;
    /* Numbers and memory have been checked. */
    (void)run_part(j, r.from + first, end - first, 1, j->scratch + member * j->room, j->room);
  }
}

static void run_member(void *context, const bk_member *me) {
  const job *j = context;
  const int works = me->index < j->members;
  for (bk_range r; works && bk_take(j->pictures[0], j->members, me->index, j->part, j->batch, &r);) {
    run_pictures(j, me->index, r);
  }
  bk_meet(me);
  /* The whole share at once: weights are read once. */
  for (bk_range r; works && bk_take(j->pictures[1], j->members, me->index, j->batch, j->batch, &r);) {
    for (int32_t i = 0; i < j->linear_count; i++) {
      run_linear(j, i, r.from, r.end - r.from, 0, panels_of(j->linears[i].filters));
    }
  }
}

/* The linear maps of pictures of which each thread computes some filters. */
static void run_panels(void *context, const bk_member *me) {
  const job *j = context;
  for (int32_t i = 0; i < j->linear_count; i++) {
    const int64_t panels = panels_of(j->linears[i].filters);
    run_linear(j, i, 0, j->batch, panels * me->index / me->count, panels * (me->index + 1) / me->count);
    if (me->count > 1 && i + 1 < j->linear_count) {
      bk_meet(me);
    }
  }
}

/* Few pictures, which all threads share. */
static int32_t run_together(job *j, int64_t scratch_bytes) {
  const int32_t status = run_part(j, 0, j->batch, 0, j->scratch, scratch_bytes);
  BK_CHECK(status == BALBOA_OK, status);
  double products = 0;
  for (int32_t i = 0; i < j->linear_count; i++) {
    products += (double)j->batch * (double)j->linears[i].features * (double)j->linears[i].filters;
  }
  run_members(run_panels, j, is_little(products) ? 1 : bk_team_size());
  return BALBOA_OK;
}

/* Whether all threads share the pictures of each link, because there are too few to go around. */
static int is_shared(const job *j) { return j->batch < LEAST * bk_team_size(); }

int64_t balboa_pooled_chain_scratch(int32_t links, const int64_t *args, int32_t planar) {
  job j;
  const int32_t status = prepare(links, args, planar, &j);
  BK_CHECK(status == BALBOA_OK, status);
  const int64_t room = bytes_of(&j, j.part, 1);
  return held_bytes(&j) + (is_shared(&j) ? bk_max(room, bytes_of(&j, j.batch, 0)) : room * bk_team_size());
}

int32_t balboa_pooled_chain_f32(int32_t links, const int64_t *args, int32_t planar, const float *x, float *y,
                                void *scratch, int64_t scratch_bytes) {
  job j;
  const int32_t status = prepare(links, args, planar, &j);
  BK_CHECK(status == BALBOA_OK, status);
  if (j.batch == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(x != NULL && y != NULL && scratch != NULL, BALBOA_ERR_NULL);
  for (int32_t i = 0; i < j.count; i++) {
    BK_CHECK(j.links[i].w != NULL, BALBOA_ERR_NULL);
  }
  char *free_bytes = scratch;
  for (int32_t i = 0; i < j.linear_count; i++) {
    BK_CHECK(j.linears[i].w != NULL, BALBOA_ERR_NULL);
    j.results[i] = (float *)free_bytes;
    free_bytes += read_bytes(&j, i);
  }
  const int64_t rest = scratch_bytes - held_bytes(&j);
  BK_CHECK(rest > 0, BALBOA_ERR_ARGUMENT);
  j.x = x;
  j.results[j.linear_count] = y;
  j.scratch = free_bytes;
  if (is_shared(&j) && bytes_of(&j, j.batch, 0) <= rest) {
    return run_together(&j, rest);
  }
  j.room = bytes_of(&j, j.part, 1);
  j.members = bk_min(rest / j.room, bk_team_size());
  BK_CHECK(j.members > 0 && j.batch <= UINT32_MAX && (uintptr_t)scratch % 64 == 0, BALBOA_ERR_ARGUMENT);
  bk_share shares[2][BK_TEAM];
  for (int i = 0; i < 2; i++) {
    j.pictures[i] = shares[i];
    bk_share_out(shares[i], j.members, j.batch);
  }
  bk_team(run_member, &j);
  return BALBOA_OK;
}
