/* The matrix product of one element type: the including file defines T, ROUTINE (type of the BLAS's
 * routine), ENTRY (the exported function) and NAME(x). */

typedef struct {
  gemm_shape s;
  ROUTINE gemm;
  T alpha, beta;
  const T *a, *b;
  T *c;
} NAME(job);

/* C[row.., column..] of one matrix, m by n, tile by tile; the pieces along k are added up in their order. */
static void NAME(block)(const NAME(job) *j, int64_t matrix, int64_t row, int64_t column, int64_t m, int64_t n) {
  const gemm_shape *s = &j->s;
  const int32_t ta = s->trans_a ? TRANS : NO_TRANS, tb = s->trans_b ? TRANS : NO_TRANS;
  const T *a = j->a + matrix * s->stride_a, *b = j->b + matrix * s->stride_b;
  T *c = j->c + matrix * s->stride_c;
  for (int64_t y = row; y < row + m; y += s->tile_rows) {
    for (int64_t x = column; x < column + n; x += s->tile_columns) {
      for (int64_t z = 0; z < s->k; z += s->tile_k) {
        j->gemm(ROW_MAJOR, ta, tb, (int32_t)bk_min(s->tile_rows, row + m - y),
                (int32_t)bk_min(s->tile_columns, column + n - x), (int32_t)bk_min(s->tile_k, s->k - z), j->alpha,
                s->trans_a ? a + z * s->lda + y : a + y * s->lda + z, (int32_t)s->lda,
                s->trans_b ? b + x * s->ldb + z : b + z * s->ldb + x, (int32_t)s->ldb, z == 0 ? j->beta : (T)1,
                c + y * s->ldc + x, (int32_t)s->ldc);
      }
    }
  }
}

static void NAME(range)(void *context, int64_t begin, int64_t end) {
  const NAME(job) *j = context;
  const gemm_shape *s = &j->s;
  for (int64_t t = begin; t < end; t++) {
    const int64_t grid = s->row_blocks * s->column_blocks;
    const int64_t row = t % grid / s->column_blocks * s->rows, column = t % s->column_blocks * s->columns;
    const int64_t m = bk_min(s->rows, s->m - row), n = bk_min(s->columns, s->n - column);
    if (m > 0 && n > 0) {
      NAME(block)(j, t / grid, row, column, m, n);
    }
  }
}

/* Elements of the product of a column a and a row b, which no BLAS is needed for. */
typedef struct {
  int64_t n, a_step, b_step, ldc;
  T alpha, beta;
  const T *a, *b;
  T *c;
} NAME(outer_job);

BALBOA_CLONES static void NAME(outer_row)(int64_t n, T factor, const T *b, int64_t step, T beta, T *c) {
  if (beta == 0 && step == 1) {
    BALBOA_SIMD for (int64_t i = 0; i < n; i++) { c[i] = factor * b[i]; }
    return;
  }
  for (int64_t i = 0; i < n; i++) {
    c[i] = factor * b[i * step] + (beta == 0 ? (T)0 : beta * c[i]);
  }
}

static void NAME(outer_range)(void *context, int64_t begin, int64_t end) {
  const NAME(outer_job) *j = context;
  for (int64_t at = begin; at < end;) {
    const int64_t row = at / j->n, column = at % j->n, n = bk_min(end - at, j->n - column);
    NAME(outer_row)(n, j->alpha * j->a[row * j->a_step], j->b + column * j->b_step, j->b_step, j->beta,
                    j->c + row * j->ldc + column);
    at += n;
  }
}

typedef struct {
  const T *a, *b;
  int64_t k, size;
  double parts[BK_PARTS];
} NAME(dot_job);

BALBOA_CLONES static double NAME(dot_part)(int64_t n, const T *a, const T *b) {
  const int64_t m = n / 4;
  double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0; /* four streams hide the latency of the additions */
  BALBOA_SIMD_REDUCE(+, s0, s1, s2, s3) for (int64_t i = 0; i < m; i++) {
    s0 += (double)a[i] * (double)b[i];
    s1 += (double)a[m + i] * (double)b[m + i];
    s2 += (double)a[2 * m + i] * (double)b[2 * m + i];
    s3 += (double)a[3 * m + i] * (double)b[3 * m + i];
  }
  for (int64_t i = 4 * m; i < n; i++) {
    s0 += (double)a[i] * (double)b[i];
  }
  return (s0 + s1) + (s2 + s3);
}

static void NAME(dot_range)(void *context, int64_t begin, int64_t end) {
  NAME(dot_job) *j = context;
  for (int64_t part = begin; part < end; part++) {
    const int64_t at = part * j->size;
    j->parts[part] = NAME(dot_part)(bk_min(j->size, j->k - at), j->a + at, j->b + at);
  }
}

/* The product of two long contiguous vectors, which no block of a matrix product suits. */
static double NAME(dot)(const T *a, const T *b, int64_t k) {
  NAME(dot_job) j = {.a = a, .b = b, .k = k};
  const bk_parts parts = bk_cut(k, 4096);
  j.size = parts.size;
  bk_parallel(parts.count, 8, NAME(dot_range), &j);
  double sum = 0.0;
  for (int64_t part = 0; part < parts.count; part++) {
    sum += j.parts[part];
  }
  return sum;
}

/* C = beta C, for a product over nothing. */
static void NAME(scale)(const NAME(job) *j) {
  for (int64_t r = 0; r < j->s.count * j->s.m; r++) {
    T *row = j->c + r / j->s.m * j->s.stride_c + r % j->s.m * j->s.ldc;
    for (int64_t i = 0; i < j->s.n; i++) {
      row[i] = j->beta == 0 ? 0 : j->beta * row[i];
    }
  }
}

int32_t ENTRY(ROUTINE gemm, int32_t trans_a, int32_t trans_b, int32_t m, int32_t n, int32_t k, T alpha, const T *a,
              int32_t lda, int64_t stride_a, const T *b, int32_t ldb, int64_t stride_b, T beta, T *c, int32_t ldc,
              int64_t stride_c, int64_t count) {
  NAME(job) j = {.s = {.trans_a = trans_a, .trans_b = trans_b, .m = m, .n = n, .k = k, .lda = lda, .ldb = ldb,
                       .ldc = ldc, .stride_a = stride_a, .stride_b = stride_b, .stride_c = stride_c, .count = count},
                 .gemm = gemm, .alpha = alpha, .beta = beta, .a = a, .b = b, .c = c};
  const int32_t status = check(&j.s);
  BK_CHECK(status == BALBOA_OK, status);
  if (m == 0 || n == 0 || count == 0) {
    return BALBOA_OK;
  }
  BK_CHECK(gemm != NULL && c != NULL && (k == 0 || (a != NULL && b != NULL)), BALBOA_ERR_NULL);
  if (k == 0) {
    NAME(scale)(&j);
    return BALBOA_OK;
  }
  const int vectors = m == 1 && n == 1 && k >= LONG_DOT && (!trans_a || lda == 1) && (trans_b || ldb == 1);
  for (int64_t matrix = 0; vectors && matrix < count; matrix++) {
    T *at = c + matrix * stride_c;
    const T product = alpha * (T)NAME(dot)(a + matrix * stride_a, b + matrix * stride_b, k);
    *at = beta == 0 ? product : product + beta * *at;
  }
  if (vectors) {
    return BALBOA_OK;
  }
  if (k == 1) {
    for (int64_t matrix = 0; matrix < count; matrix++) {
      const T *column = a + matrix * stride_a, *row = b + matrix * stride_b;
      const int64_t down = trans_a ? 1 : lda, across = trans_b ? ldb : 1;
      T *to = c + matrix * stride_c;
      NAME(outer_job) outer = {n, down, across, ldc, alpha, beta, column, row, to};
      if (n == 1 && ldc == 1) { /* one long row of the transpose */
        const NAME(outer_job) turned = {m, 0, down, m, alpha, beta, row, column, to};
        outer = turned;
      }
      bk_parallel((int64_t)m * n, BK_GRAIN_CHEAP, NAME(outer_range), &outer);
    }
    return BALBOA_OK;
  }
  const int64_t blocks = choose_grid(&j.s);
  choose_tiles(&j.s);
  bk_parallel(blocks, blocks == 1 || work_of(&j.s) * (double)count < SERIAL_WORK ? blocks : 1, NAME(range), &j);
  return BALBOA_OK;
}
