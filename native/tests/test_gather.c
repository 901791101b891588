/* Rows and elements by index, and the max-pooling pair, against plain loops. */
#include "check.h"

/* Indices in [-limit, limit) of either type. */
static void *random_indices(int64_t n, int32_t dtype, int64_t limit) {
  void *indices = guarded(n * (dtype == BALBOA_I64 ? 8 : 4));
  for (int64_t i = 0; i < n; i++) {
    const int64_t v = (int64_t)(next_u32() % (uint32_t)(2 * (limit > 0 ? limit : 1))) - limit;
    if (dtype == BALBOA_I64) {
      ((int64_t *)indices)[i] = v;
    } else {
      ((int32_t *)indices)[i] = (int32_t)v;
    }
  }
  return indices;
}

static int64_t index_at(const void *indices, int32_t dtype, int64_t k, int64_t size) {
  const int64_t v = dtype == BALBOA_I64 ? ((const int64_t *)indices)[k] : ((const int32_t *)indices)[k];
  return v < 0 ? v + size : v;
}

static uint8_t *random_bytes(int64_t n) {
  uint8_t *x = NEW(uint8_t, n);
  for (int64_t i = 0; i < n; i++) {
    x[i] = (uint8_t)next_u32();
  }
  return x;
}

static void check_rows(int32_t type, int64_t outer, int64_t rows, int64_t inner, int64_t count) {
  void *indices = random_indices(count, type, rows);
  static const int32_t elem_sizes[] = {1, 2, 4, 8};
  int64_t bad = -1;
  for (int k = 0; k < 4; k++) {
    const int64_t size = elem_sizes[k], bytes = inner * size;
    uint8_t *x = random_bytes(outer * rows * bytes), *y = NEW(uint8_t, outer * count * bytes);
    EXPECT_OK(balboa_gather_rows((int32_t)size, type, outer, rows, inner, count, indices, x, y, &bad));
    for (int64_t t = 0; t < outer * count; t++) {
      const int64_t from = t / count * rows + index_at(indices, type, t % count, rows);
      EXPECT(memcmp(y + t * bytes, x + from * bytes, (size_t)bytes) == 0, "row %d", (int)t);
    }
    uint8_t *want = NEW(uint8_t, rows * bytes);
    if (outer > 0) {
      memcpy(want, x, (size_t)(rows * bytes));
      for (int64_t t = 0; t < count; t++) {
        memcpy(want + index_at(indices, type, t, rows) * bytes, y + t * bytes, (size_t)bytes);
      }
      EXPECT_OK(balboa_put_rows((int32_t)size, type, rows, inner, count, indices, y, x, &bad));
      EXPECT(memcmp(x, want, (size_t)(rows * bytes)) == 0, "put %d rows", (int)count);
    }
    release(want);
    release(x);
    release(y);
  }
  const int64_t n = outer * count * inner, m = outer * rows * inner;
  float *dy = random_f32(n, -1, 1), *dx = random_f32(m, -1, 1), *want = NEW(float, m), *start = NEW(float, m);
  double *dy64 = NEW(double, n), *dx64 = NEW(double, m), *want64 = NEW(double, m);
  for (int64_t i = 0; i < n; i++) {
    dy64[i] = dy[i];
  }
  for (int64_t i = 0; i < m; i++) {
    want[i] = start[i] = dx[i];
    want64[i] = dx64[i] = dx[i];
  }
  for (int64_t t = 0; t < outer * count; t++) {
    for (int64_t i = 0; i < inner; i++) {
      const int64_t to = (t / count * rows + index_at(indices, type, t % count, rows)) * inner + i;
      want[to] += dy[t * inner + i];
      want64[to] += dy64[t * inner + i];
    }
  }
  const int32_t threads = balboa_max_threads();
  for (int32_t k = 1; k <= 3; k++) {
    EXPECT_OK(balboa_set_threads(k));
    memcpy(dx, start, (size_t)m * sizeof(float));
    EXPECT_OK(balboa_scatter_add_rows(BALBOA_F32, type, outer, rows, inner, count, indices, dy, dx, &bad));
    EXPECT(memcmp(dx, want, (size_t)m * sizeof(float)) == 0, "scatter of [%d, %d, %d] on %d threads", (int)outer,
           (int)rows, (int)inner, (int)k);
  }
  EXPECT_OK(balboa_set_threads(threads));
  EXPECT_OK(balboa_scatter_add_rows(BALBOA_F64, type, outer, rows, inner, count, indices, dy64, dx64, &bad));
  EXPECT(memcmp(dx64, want64, (size_t)m * sizeof(double)) == 0, "scatter in f64");
  EXPECT(bad == -1, "bad_index written without need");
  release(indices);
  release(dy);
  release(dx);
  release(want);
  release(start);
  release(dy64);
  release(dx64);
  release(want64);
}

/* Position in x of entry t of an index array. */
static int64_t target(int32_t ndim, int32_t axis, const int64_t *x_dims, const int64_t *dims, int64_t t, int64_t index) {
  int64_t at = 0, stride = 1;
  for (int32_t d = ndim - 1; d >= 0; d--) {
    at += (d == axis ? index : t % dims[d]) * stride;
    t /= dims[d];
    stride *= x_dims[d];
  }
  return at;
}

static int64_t product(int32_t ndim, const int64_t *dims) {
  int64_t n = 1;
  for (int32_t d = 0; d < ndim; d++) {
    n *= dims[d];
  }
  return n;
}

static void check_elements(int32_t type, int32_t ndim, int32_t axis, const int64_t *x_dims, const int64_t *dims) {
  const int64_t n = product(ndim, dims), m = product(ndim, x_dims), size = x_dims[axis];
  void *indices = random_indices(n, type, size);
  int64_t bad = -1;
  static const int32_t elem_sizes[] = {1, 2, 4, 8};
  for (int k = 0; k < 4; k++) {
    const int32_t bytes = elem_sizes[k];
    uint8_t *x = random_bytes(m * bytes), *y = NEW(uint8_t, n * bytes), *want = NEW(uint8_t, m * bytes);
    EXPECT_OK(balboa_gather(bytes, type, ndim, axis, x_dims, dims, indices, x, y, &bad));
    memcpy(want, x, (size_t)(m * bytes));
    for (int64_t t = 0; t < n; t++) {
      const int64_t from = target(ndim, axis, x_dims, dims, t, index_at(indices, type, t, size));
      EXPECT(memcmp(y + t * bytes, x + from * bytes, (size_t)bytes) == 0, "gather element %d", (int)t);
    }
    for (int64_t i = 0; i < n * bytes; i++) {
      y[i] = (uint8_t)next_u32();
    }
    for (int64_t t = 0; t < n; t++) {
      const int64_t to = target(ndim, axis, x_dims, dims, t, index_at(indices, type, t, size));
      memcpy(want + to * bytes, y + t * bytes, (size_t)bytes);
    }
    EXPECT_OK(balboa_scatter(bytes, type, ndim, axis, x_dims, dims, indices, y, x, &bad));
    EXPECT(memcmp(x, want, (size_t)(m * bytes)) == 0, "scatter of %d elements", (int)n);
    release(x);
    release(y);
    release(want);
  }
  float *src = random_f32(n, -1, 1), *x = NEW(float, m), *want = NEW(float, m);
  double *src64 = NEW(double, n), *x64 = NEW(double, m), *want64 = NEW(double, m);
  for (int64_t i = 0; i < m; i++) {
    want[i] = 1;
    want64[i] = x64[i] = 1;
  }
  for (int64_t t = 0; t < n; t++) {
    const int64_t to = target(ndim, axis, x_dims, dims, t, index_at(indices, type, t, size));
    src64[t] = src[t];
    want[to] += src[t];
    want64[to] += src64[t];
  }
  const int32_t threads = balboa_max_threads();
  for (int32_t k = 1; k <= 3; k++) {
    EXPECT_OK(balboa_set_threads(k));
    for (int64_t i = 0; i < m; i++) {
      x[i] = 1;
    }
    EXPECT_OK(balboa_scatter_add(BALBOA_F32, type, ndim, axis, x_dims, dims, indices, src, x, &bad));
    EXPECT(memcmp(x, want, (size_t)m * sizeof(float)) == 0, "scatter_add on %d threads", (int)k);
  }
  EXPECT_OK(balboa_set_threads(threads));
  EXPECT_OK(balboa_scatter_add(BALBOA_F64, type, ndim, axis, x_dims, dims, indices, src64, x64, &bad));
  EXPECT(memcmp(x64, want64, (size_t)m * sizeof(double)) == 0, "scatter_add in f64");
  EXPECT(bad == -1, "bad_index written without need");
  release(indices);
  release(src);
  release(x);
  release(want);
  release(src64);
  release(x64);
  release(want64);
}

static void check_all_elements(int32_t type) {
  static const struct {
    int32_t ndim, axis;
    int64_t x[4], dims[4];
  } shapes[] = {
      {1, 0, {7}, {5}},          {1, 0, {100}, {200000}},     {2, 0, {5, 7}, {9, 7}},  {2, 1, {5, 7}, {5, 3}},
      {2, 1, {5, 7}, {3, 11}},   {2, 0, {5, 7}, {4, 2}},      {3, 1, {3, 4, 5}, {2, 6, 3}},
      {4, 2, {2, 3, 4, 5}, {2, 3, 2, 5}}, {4, 1, {3, 4, 5, 6}, {2, 7, 4, 6}}, {3, 0, {3, 4, 5}, {2, 4, 5}},
      {2, 0, {300, 301}, {300, 301}}, {2, 1, {300, 301}, {299, 500}}, {2, 1, {4, 3}, {0, 3}}, {2, 1, {4, 0}, {4, 0}},
  };
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    check_elements(type, shapes[i].ndim, shapes[i].axis, shapes[i].x, shapes[i].dims);
  }
}

static void check_indices(void) {
  float x[6] = {1, 2, 3, 4, 5, 6}, y[6] = {7};
  const int32_t high[2] = {0, 3}, low[2] = {-4, 0};
  const int64_t far[2] = {0, INT64_MIN}, dims[2] = {2, 1}, x_dims[2] = {3, 2}, wide[2] = {2, 3};
  int64_t bad = -1;
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_gather_rows(4, BALBOA_I32, 1, 3, 2, 2, high, x, y, &bad));
  EXPECT(bad == 1 && y[0] == 7, "bad index at %d", (int)bad);
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_scatter_add_rows(BALBOA_F32, BALBOA_I32, 1, 3, 2, 2, low, x, y, &bad));
  EXPECT(bad == 0 && y[0] == 7, "bad index at %d", (int)bad);
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_put_rows(4, BALBOA_I64, 3, 2, 2, far, x, y, &bad));
  EXPECT(bad == 1 && y[0] == 7, "bad index at %d", (int)bad);
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_gather(4, BALBOA_I64, 2, 0, x_dims, dims, far, x, y, &bad));
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_scatter(4, BALBOA_I32, 2, 0, x_dims, dims, low, x, y, &bad));
  EXPECT(bad == 0 && y[0] == 7, "bad index at %d", (int)bad);
  EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_gather_rows(4, BALBOA_I32, 1, 0, 2, 2, high, x, y, &bad));
  const int32_t ends[2] = {1, INT32_MIN};
  static const int64_t sizes[] = {1, 3, INT64_C(1) << 30, (INT64_C(1) << 30) + 1, INT32_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    EXPECT_STATUS(BALBOA_ERR_INDEX, balboa_gather(4, BALBOA_I32, 1, 0, &sizes[i], dims, ends, x, y, &bad));
    EXPECT(bad == (sizes[i] > 1), "bad index at %d of %d", (int)bad, (int)sizes[i]);
  }
  const int64_t huge = INT64_C(1) << 32; /* which every I32 is inside of */
  EXPECT_OK(balboa_gather(4, BALBOA_I32, 1, 0, &huge, dims, (const int32_t[]){1, 5}, x, y, &bad));
  EXPECT(y[0] == 2 && y[1] == 6, "gather from a long axis");
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_gather_rows(3, BALBOA_I32, 1, 3, 2, 2, high, x, y, &bad));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_gather_rows(4, BALBOA_F32, 1, 3, 2, 2, high, x, y, &bad));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_scatter_add_rows(BALBOA_I32, BALBOA_I32, 1, 3, 2, 2, high, x, y, &bad));
  EXPECT_STATUS(BALBOA_ERR_KIND, balboa_scatter_add(BALBOA_U8, BALBOA_I32, 2, 0, x_dims, dims, high, x, y, &bad));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_gather_rows(4, BALBOA_I32, 1, 3, 2, 2, NULL, x, y, &bad));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_gather_rows(4, BALBOA_I32, 1, 3, 2, 2, high, x, y, NULL));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_gather(4, BALBOA_I32, 2, 0, x_dims, dims, NULL, x, y, &bad));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_gather_rows(4, BALBOA_I32, 1, -3, 2, 2, high, x, y, &bad));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_gather(4, BALBOA_I32, 2, 2, x_dims, dims, high, x, y, &bad));
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_gather(4, BALBOA_I32, 2, 0, x_dims, wide, high, x, y, &bad));
}

static void check_positions(int32_t ndim, const int64_t *dims, uint32_t every) {
  int64_t total = 1, count = 0, found = -1, at = 0;
  for (int32_t d = 0; d < ndim; d++) {
    total *= dims[d];
  }
  uint8_t *mask = guarded(total);
  for (int64_t i = 0; i < total; i++) {
    mask[i] = (uint8_t)((uint32_t)i * 2654435761u >> 5) % every == 0;
    count += mask[i];
  }
  int64_t *positions = guarded(count * ndim * 8);
  EXPECT_OK(balboa_positions(ndim, dims, mask, count, positions, &found));
  EXPECT(found == count, "found %d of %d", (int)found, (int)count);
  for (int64_t i = 0; i < total; i++) {
    int64_t rest = i;
    for (int32_t d = ndim - 1; mask[i] && d >= 0; d--) {
      EXPECT(positions[at * ndim + d] == rest % dims[d], "coordinate %d of %d", (int)d, (int)at);
      rest /= dims[d];
    }
    at += mask[i];
  }
  if (count > 0) {
    const int64_t first = positions[0];
    EXPECT_OK(balboa_positions(ndim, dims, mask, count - 1, positions, &found));
    EXPECT(found == count && positions[0] == first, "another count");
  }
  EXPECT_STATUS(BALBOA_ERR_ARGUMENT, balboa_positions(0, dims, mask, 0, positions, &found));
  EXPECT_STATUS(BALBOA_ERR_NULL, balboa_positions(ndim, dims, mask, count, positions, NULL));
  release(mask);
  release(positions);
}

int main(void) {
  for (int32_t type = BALBOA_I32; type <= BALBOA_I64; type++) {
    check_rows(type, 1, 5, 3, 7);
    check_rows(type, 1, 1000, 64, 3000);
    check_rows(type, 3, 17, 5, 40);
    check_rows(type, 40, 9, 33, 11);
    check_rows(type, 1, 4, 3, 0);
    check_rows(type, 1, 4, 0, 3);
    check_rows(type, 0, 4, 3, 3);
    check_rows(type, 1, 3, 1, 70000);
    check_all_elements(type);
  }
  check_indices();
  check_positions(1, (const int64_t[]){7}, 2);
  check_positions(1, (const int64_t[]){100003}, 3);
  check_positions(2, (const int64_t[]){301, 409}, 1);
  check_positions(4, (const int64_t[]){5, 37, 1, 601}, 7);
  check_positions(2, (const int64_t[]){90001, 1}, 5);
  check_positions(3, (const int64_t[]){4, 0, 3}, 1);
  return check_done("gather");
}
