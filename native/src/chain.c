/* A chain of element-wise functions in one pass over memory: what only the next function reads stays in the cache. */
#include "binary_math.h"
#include "unary.h"

enum { BLOCK = 1024 /* elements that go through all functions before the next ones do */, MOST_LINKS = 16, MOST_INPUTS = 6 };

/* Operands of a row: the result, the program, which is no element's, the inputs. */
enum { OUT = 0, PROGRAM = 1, INPUTS = 2 };

typedef struct {
  int32_t operand; /* of the row, or -1 */
  int32_t slot;    /* of a result before */
} source;

typedef struct {
  unary_fn unary;
  unary_backward_fn backward;
  bk_row_fn binary;
  float alpha, beta;
  source left, right;
  int32_t slot; /* for the result; -1 for the last, which goes out */
} link;

typedef struct {
  int32_t count;
  int64_t weight; /* of an element's work: 1 for a few operations */
  link links[MOST_LINKS];
} program;

/* Elements [at, at + n) of an operand at a stride of 1: as they lie, or copied. */
static const float *contiguous(source s, int64_t at, int64_t n, char *const *pointer, const int64_t *stride,
                               float (*slots)[BLOCK], float *copy) {
  if (s.operand < 0) {
    return slots[s.slot];
  }
  const float *x = (const float *)(const void *)pointer[s.operand];
  const int64_t step = stride[s.operand];
  if (step == 1) {
    return x + at;
  }
  for (int64_t i = 0; i < n; i++) {
    copy[i] = x[(at + i) * step];
  }
  return copy;
}

static void run_binary(const link *l, int64_t at, int64_t n, char *const *pointer, const int64_t *stride,
                       float (*slots)[BLOCK], float *to) {
  const source operands[2] = {l->left, l->right};
  char *here[3] = {(char *)to, NULL, NULL};
  int64_t steps[3] = {1, 1, 1};
  for (int k = 0; k < 2; k++) {
    const source s = operands[k];
    here[1 + k] = (char *)slots[s.operand < 0 ? s.slot : 0];
    if (s.operand >= 0) {
      steps[1 + k] = stride[s.operand];
      here[1 + k] = pointer[s.operand] + at * steps[1 + k] * (int64_t)sizeof(float);
    }
  }
  l->binary(n, here, steps);
}

static void chain_row(int64_t n, char *const *pointer, const int64_t *stride) {
  const program *p = (const program *)(const void *)pointer[PROGRAM];
  float *out = (float *)(void *)pointer[OUT];
  float slots[MOST_LINKS][BLOCK], copies[2][BLOCK];
  for (int64_t at = 0; at < n; at += BLOCK) {
    const int64_t m = bk_min(BLOCK, n - at);
    for (int32_t i = 0; i < p->count; i++) {
      const link *l = &p->links[i];
      float *to = l->slot < 0 ? out + at : slots[l->slot];
      if (l->binary != NULL) {
        run_binary(l, at, m, pointer, stride, slots, to);
        continue;
      }
      const float *x = contiguous(l->left, at, m, pointer, stride, slots, copies[0]);
      if (l->unary != NULL) {
        l->unary(m, x, to, l->alpha, l->beta);
      } else {
        const float *dy = contiguous(l->right, at, m, pointer, stride, slots, copies[1]);
        l->backward(m, x, dy, to, l->alpha, l->beta);
      }
    }
  }
}

/* Finds the function of a link; whether there is one. */
static int find_function(program *p, link *l, int32_t family, int32_t kind) {
  unary_entry entry = {NULL, BK_GRAIN_CHEAP};
  switch (family) {
    case BALBOA_CHAIN_UNARY:
      entry = bk_unary_entry(kind);
      l->unary = entry.fn;
      break;
    case BALBOA_CHAIN_BINARY:
      l->binary = bk_binary(BALBOA_F32, kind);
      entry.grain = kind >= BALBOA_POW ? BK_GRAIN_MATH : BK_GRAIN_CHEAP;
      break;
    case BALBOA_CHAIN_BACKWARD:
      l->backward = bk_unary_backward(kind);
      entry.grain = BK_GRAIN_CHEAP / 4;
      break;
    case BALBOA_CHAIN_BACKWARD_FROM_Y:
      l->backward = bk_unary_backward_from_y(kind);
      break;
    default:
      break;
  }
  p->weight += BK_GRAIN_CHEAP / entry.grain;
  return l->unary != NULL || l->backward != NULL || l->binary != NULL;
}

/* A source of link i by its number in the list: an input, or ~j for the result of link j before it; whether it is one. */
static int find_source(source *s, const program *p, int32_t number, int32_t i, int32_t inputs) {
  s->operand = number >= 0 ? INPUTS + number : -1;
  s->slot = number < 0 && ~number < i ? p->links[~number].slot : 0;
  return number >= 0 ? number < inputs : ~number < i;
}

/* The last link that reads the result of link j. */
static int32_t last_reader(int32_t count, const int32_t *links, int32_t j) {
  int32_t last = j;
  for (int32_t i = j + 1; i < count; i++) {
    if (links[4 * i + 2] == ~j || (links[4 * i] != BALBOA_CHAIN_UNARY && links[4 * i + 3] == ~j)) {
      last = i;
    }
  }
  return last;
}

/* Results take the first slot that nobody needs any more; a function may write over what it reads. */
static int32_t free_slot(const program *p, int32_t count, const int32_t *links, int32_t i) {
  for (int32_t slot = 0;; slot++) {
    int taken = 0;
    for (int32_t j = 0; j < i; j++) {
      taken |= p->links[j].slot == slot && last_reader(count, links, j) > i;
    }
    if (!taken) {
      return slot;
    }
  }
}

static int32_t prepare(program *p, int32_t count, const int32_t *links, const float *numbers, int32_t inputs) {
  p->count = count;
  p->weight = 0;
  for (int32_t i = 0; i < count; i++) {
    link *l = &p->links[i];
    const int32_t *at = links + 4 * i;
    const link none = {.alpha = numbers[2 * i], .beta = numbers[2 * i + 1]};
    *l = none;
    BK_CHECK(find_function(p, l, at[0], at[1]), BALBOA_ERR_KIND);
    BK_CHECK(find_source(&l->left, p, at[2], i, inputs), BALBOA_ERR_ARGUMENT);
    BK_CHECK(l->unary != NULL || find_source(&l->right, p, at[3], i, inputs), BALBOA_ERR_ARGUMENT);
    l->slot = i == count - 1 ? -1 : free_slot(p, count, links, i);
  }
  return BALBOA_OK;
}

int32_t balboa_chain_f32(int32_t count, const int32_t *links, const float *numbers, int32_t inputs, int32_t ndim,
                         const int64_t *dims, const int64_t *strides, const float *x0, const float *x1,
                         const float *x2, const float *x3, const float *x4, const float *x5, float *out) {
  static const int64_t nowhere[BALBOA_MAX_DIMS] = {0};
  BK_CHECK(count >= 1 && count <= MOST_LINKS && inputs >= 1 && inputs <= MOST_INPUTS, BALBOA_ERR_ARGUMENT);
  BK_CHECK(links != NULL && numbers != NULL && (ndim == 0 || strides != NULL), BALBOA_ERR_NULL);
  program p;
  const int32_t status = prepare(&p, count, links, numbers, inputs);
  BK_CHECK(status == BALBOA_OK, status);
  const void *const operands[1 + MOST_INPUTS] = {&p, x0, x1, x2, x3, x4, x5};
  int32_t sizes[INPUTS + MOST_INPUTS] = {sizeof(float), 0};
  const int64_t *steps[1 + MOST_INPUTS] = {nowhere};
  for (int32_t i = 0; i < inputs; i++) {
    sizes[INPUTS + i] = sizeof(float);
    steps[1 + i] = ndim == 0 ? nowhere : strides + (int64_t)i * ndim;
  }
  /* Inputs that another core has just written take longer to come than a chain of cheap functions does. */
  const int64_t grain = bk_max(64, BK_GRAIN_CHEAP * inputs / p.weight);
  return bk_walk_run(INPUTS + inputs, sizes, ndim, dims, out, operands, steps, grain, chain_row);
}
