/* Convolutions in a row that are each pooled: each thread takes parts of the batch through all of them, so that what
 * lies between two of them stays in its second cache and no thread waits for another one. */
#include <string.h>

#include "internal.h"

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
} link;

typedef struct {
  link links[LINKS];
  int32_t count;
  int64_t batch, part;    /* pictures, and of a part at most */
  int64_t between;        /* elements that one picture needs between two links at most */
  int64_t pixels, filters; /* of a result, if it is to be in row-major order; else 0 */
  const float *x;
  float *y;
  char *scratch;
  int64_t room, rooms; /* bytes of a thread, and for how many threads there are as many */
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

static int32_t prepare(int32_t links, const int64_t *args, int32_t planar, job *j) {
  BK_CHECK(args != NULL, BALBOA_ERR_NULL);
  BK_CHECK(links > 0 && links <= LINKS, BALBOA_ERR_ARGUMENT);
  j->count = links;
  j->between = 0;
  for (int32_t i = 0; i < links; i++) {
    link *l = &j->links[i];
    const int64_t *n = (const int64_t *)(intptr_t)args[ARGS * i + 1];
    l->winograd = args[ARGS * i] != 0;
    BK_CHECK(n != NULL, BALBOA_ERR_NULL);
    memcpy(l->numbers, n, (l->winograd ? 12 : 24) * sizeof *n);
    const int64_t bytes = kernel_bytes(l, n[0], 1);
    BK_CHECK(bytes >= 0, (int32_t)bytes);
    const int64_t high = l->winograd ? n[7] / 2 : n[21], wide = l->winograd ? n[8] / 2 : n[22], filters = n[4];
    /* Pictures have their channels last. */
    BK_CHECK(!l->winograd || (n[10] == 0 && n[11] == 1), BALBOA_ERR_ARGUMENT);
    l->in = bk_product3(n[1], n[2], n[3]);
    l->out = bk_product3(filters, high, wide);
    BK_CHECK(l->in > 0 && l->out > 0 && bk_product3(n[0], l->in, l->out) >= 0, BALBOA_ERR_ARGUMENT);
    l->w = floats(args[ARGS * i + 2]);
    l->bias = floats(args[ARGS * i + 3]);
    BK_CHECK(i == 0 || (l->in == l[-1].out && n[0] == j->batch), BALBOA_ERR_ARGUMENT);
    j->batch = n[0];
    j->pixels = planar ? high * wide : 0;
    j->filters = filters;
    j->between = i + 1 < links || planar ? bk_max(j->between, l->out) : j->between;
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
    float *y = last && j->pixels == 0 ? j->y + first * l->out : held[i % 2];
    int64_t n[NUMBERS];
    memcpy(n, l->numbers, sizeof n);
    n[0] = count;
    const int64_t bytes = bk_min(kernel_bytes(l, count, one), room - 2 * between);
    const int32_t status = l->winograd ? balboa_winograd_f32(n, x, l->w, l->bias, NULL, y, rest, bytes)
                                       : balboa_conv_max_f32(n, x, l->w, l->bias, y, rest, bytes);
    BK_CHECK(status == BALBOA_OK, status);
    x = y;
  }
  for (int64_t i = 0; i < (j->pixels == 0 ? 0 : count); i++) {
    const float *from = x + i * j->pixels * j->filters;
    float *to = j->y + (first + i) * j->pixels * j->filters;
    for (int64_t f = 0; f < j->filters; f++) {
      for (int64_t p = 0; p < j->pixels; p++) {
        to[f * j->pixels + p] = from[p * j->filters + f];
      }
    }
  }
  return BALBOA_OK;
}

static void run_member(void *context, const bk_member *me) {
  const job *j = context;
  const int64_t threads = bk_min(me->count, j->rooms);
  if (me->index >= threads) {
    return;
  }
  const int64_t begin = j->batch * me->index / threads, count = j->batch * (me->index + 1) / threads - begin;
  const int64_t parts = (count + j->part - 1) / j->part;
  for (int64_t i = 0; i < parts; i++) {
    const int64_t first = count * i / parts, end = count * (i + 1) / parts;
    /* Numbers and memory have been checked. */
    (void)run_part(j, begin + first, end - first, 1, j->scratch + me->index * j->room, j->room);
  }
}

/* Whether all threads share the pictures of each link, because there are too few to go around. */
static int is_shared(const job *j) { return j->batch < LEAST * bk_team_size(); }

int64_t balboa_pooled_chain_scratch(int32_t links, const int64_t *args, int32_t planar) {
  job j;
  const int32_t status = prepare(links, args, planar, &j);
  BK_CHECK(status == BALBOA_OK, status);
  const int64_t room = bytes_of(&j, j.part, 1);
  return is_shared(&j) ? bk_max(room, bytes_of(&j, j.batch, 0)) : room * bk_team_size();
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
  for (int32_t i = 0; i < links; i++) {
    BK_CHECK(j.links[i].w != NULL, BALBOA_ERR_NULL);
  }
  j.x = x;
  j.y = y;
  j.scratch = scratch;
  if (is_shared(&j) && bytes_of(&j, j.batch, 0) <= scratch_bytes) {
    return run_part(&j, 0, j.batch, 0, scratch, scratch_bytes);
  }
  j.room = bytes_of(&j, j.part, 1);
  j.rooms = scratch_bytes / j.room;
  BK_CHECK(j.rooms > 0 && (uintptr_t)scratch % 64 == 0, BALBOA_ERR_ARGUMENT);
  bk_team(run_member, &j);
  return BALBOA_OK;
}
