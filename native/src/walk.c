#include "walk.h"

int32_t bk_check_dims(int32_t ndim, const int64_t *dims, int64_t *total) {
  BK_CHECK(ndim >= 0 && ndim <= BALBOA_MAX_DIMS, BALBOA_ERR_ARGUMENT);
  BK_CHECK(ndim == 0 || dims != NULL, BALBOA_ERR_NULL);
  *total = bk_product(ndim, dims);
  BK_CHECK(*total >= 0, BALBOA_ERR_ARGUMENT);
  return BALBOA_OK;
}

static int joins(int32_t operands, int64_t strides[][BALBOA_MAX_DIMS], int32_t outer, int64_t dim,
                 const int64_t *inner) {
  for (int32_t k = 0; k < operands; k++) {
    if (strides[k][outer] != inner[k] * dim) {
      return 0;
    }
  }
  return 1;
}

int32_t bk_collapse(int32_t operands, int32_t ndim, int64_t *dims, int64_t strides[][BALBOA_MAX_DIMS]) {
  int32_t kept = 0;
  for (int32_t d = 0; d < ndim; d++) {
    if (dims[d] == 1) {
      continue;
    }
    int64_t inner[BK_MAX_OPERANDS];
    for (int32_t k = 0; k < operands; k++) {
      inner[k] = strides[k][d];
    }
    if (kept > 0 && joins(operands, strides, kept - 1, dims[d], inner)) {
      kept--;
      dims[kept] *= dims[d];
    } else {
      dims[kept] = dims[d];
    }
    for (int32_t k = 0; k < operands; k++) {
      strides[k][kept] = inner[k];
    }
    kept++;
  }
  return kept;
}

static void walk_row(const bk_walk *w, int64_t begin, int64_t end) {
  int64_t stride[BK_MAX_OPERANDS];
  char *here[BK_MAX_OPERANDS];
  for (int32_t k = 0; k < w->operands; k++) {
    stride[k] = w->strides[k][0];
    here[k] = w->base[k] + begin * stride[k] * w->elem_size[k];
  }
  w->row(end - begin, here, stride);
}

/* Elements [begin, end) in row-major order: the rest of a row, whole rows, the start of a row. */
static void walk_range(void *context, int64_t begin, int64_t end) {
  const bk_walk *w = context;
  const int32_t last = w->ndim - 1;
  if (last == 0) { /* the one row of most walks, without a division */
    walk_row(w, begin, end);
    return;
  }
  const int64_t inner = w->dims[last];
  int64_t index[BALBOA_MAX_DIMS] = {0};
  int64_t stride[BK_MAX_OPERANDS];
  char *pointer[BK_MAX_OPERANDS];
  char *here[BK_MAX_OPERANDS];
  int64_t row = begin / inner;
  for (int32_t d = last - 1; d >= 0; d--) {
    index[d] = row % w->dims[d];
    row /= w->dims[d];
  }
  for (int32_t k = 0; k < w->operands; k++) {
    int64_t offset = 0;
    for (int32_t d = 0; d < last; d++) {
      offset += index[d] * w->strides[k][d];
    }
    pointer[k] = w->base[k] + offset * w->elem_size[k];
    stride[k] = w->strides[k][last];
  }
  int64_t column = begin % inner;
  for (int64_t at = begin; at < end;) {
    const int64_t n = bk_min(inner - column, end - at);
    for (int32_t k = 0; k < w->operands; k++) {
      here[k] = pointer[k] + column * stride[k] * w->elem_size[k];
    }
    w->row(n, here, stride);
    at += n;
    column = 0;
    for (int32_t d = last - 1; d >= 0; d--) {
      const int wrap = ++index[d] == w->dims[d];
      const int64_t steps = wrap ? 1 - w->dims[d] : 1;
      for (int32_t k = 0; k < w->operands; k++) {
        pointer[k] += steps * w->strides[k][d] * w->elem_size[k];
      }
      if (!wrap) {
        break;
      }
      index[d] = 0;
    }
  }
}

int32_t bk_walk_run(int32_t operands, const int32_t *elem_size, int32_t ndim, const int64_t *dims, void *out,
                    const void *const *inputs, const int64_t *const *input_strides, int64_t grain, bk_row_fn row) {
  int64_t total = 0;
  const int32_t status = bk_check_dims(ndim, dims, &total);
  BK_CHECK(status == BALBOA_OK, status);
  BK_CHECK(total == 0 || out != NULL, BALBOA_ERR_NULL);
  for (int32_t k = 1; k < operands; k++) {
    BK_CHECK(ndim == 0 || input_strides[k - 1] != NULL, BALBOA_ERR_NULL);
    BK_CHECK(total == 0 || inputs[k - 1] != NULL, BALBOA_ERR_NULL);
  }
  if (total == 0) {
    return BALBOA_OK;
  }
  bk_walk w; /* not cleared: that takes longer than a small walk */
  w.operands = operands;
  w.row = row;
  int64_t stride = 1;
  for (int32_t d = ndim - 1; d >= 0; d--) {
    w.dims[d] = dims[d];
    w.strides[0][d] = stride;
    stride *= dims[d];
    for (int32_t k = 1; k < operands; k++) {
      w.strides[k][d] = input_strides[k - 1][d];
    }
  }
  w.base[0] = out;
  w.elem_size[0] = elem_size[0];
  for (int32_t k = 1; k < operands; k++) {
    w.base[k] = (char *)(uintptr_t)inputs[k - 1]; /* rows only read the inputs */
    w.elem_size[k] = elem_size[k];
  }
  w.ndim = bk_collapse(operands, ndim, w.dims, w.strides);
  bk_walk_all(&w, total, grain);
  return BALBOA_OK;
}

void bk_walk_all(bk_walk *w, int64_t total, int64_t grain) {
  if (w->ndim == 0) {
    w->ndim = 1;
    w->dims[0] = 1;
    for (int32_t k = 0; k < w->operands; k++) {
      w->strides[k][0] = 1;
    }
  }
  bk_parallel(total, grain, walk_range, w);
}
